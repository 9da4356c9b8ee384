// Render prints what Helm would install: the objects of a chart, or with -notes its NOTES.txt. It stands on what Helm 3
// stands on, Go's text/template and sprig, and on no other part of Helm, so that a chart can be tested where there is
// no Helm:
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run render.go -chart DIR [-release NAME] [-namespace NAME] [-notes] [VALUES.yaml ...]
//
// Later files of values win over earlier ones, all over the chart's own. It does not do subcharts, lookup and
// .Capabilities, of .Files only Get and Glob, and does not check values.schema.json.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

type object = map[string]interface{}

func main() {
	folder := flag.String("chart", "", "folder of the chart")
	release := flag.String("release", "redspot", "name of the release")
	namespace := flag.String("namespace", "default", "namespace of the release")
	notes := flag.Bool("notes", false, "print NOTES.txt instead of the objects")
	flag.Parse()
	if err := render(*folder, *release, *namespace, *notes, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// render executes each template that is no partial, in the order of their names, as one set.
func render(folder, release, namespace string, notes bool, valueFiles []string) error {
	chart, err := readYaml(filepath.Join(folder, "Chart.yaml"))
	if err != nil {
		return err
	}
	values := object{}
	for _, file := range append([]string{filepath.Join(folder, "values.yaml")}, valueFiles...) {
		given, err := readYaml(file)
		if err != nil {
			return err
		}
		override(values, given)
	}
	set, names, err := parse(folder, fmt.Sprint(chart["name"]))
	if err != nil {
		return err
	}
	for _, name := range names {
		isNotes := strings.HasSuffix(name, "/NOTES.txt")
		if strings.HasPrefix(filepath.Base(name), "_") || isNotes != notes {
			continue
		}
		var out strings.Builder
		err := set.ExecuteTemplate(&out, name, object{
			"Values": values,
			"Chart":  capitalized(chart),
			"Files":  files(folder),
			"Release": object{"Name": release, "Namespace": namespace, "Service": "Helm", "Revision": 1,
				"IsInstall": true, "IsUpgrade": false},
			"Template": object{"Name": name, "BasePath": fmt.Sprint(chart["name"]) + "/templates"},
		})
		if err != nil {
			return err
		}
		// Helm does the same with what is absent.
		text := strings.ReplaceAll(out.String(), "<no value>", "")
		if notes {
			fmt.Println(text)
		} else if strings.TrimSpace(text) != "" {
			fmt.Printf("---\n# Source: %s\n%s\n", name, text)
		}
	}
	return nil
}

// parse reads all of a chart's templates into one set, where each finds what the others define.
func parse(folder, chart string) (*template.Template, []string, error) {
	set := template.New(chart).Option("missingkey=zero")
	set.Funcs(functions(set))
	var found []string
	root := filepath.Join(folder, "templates")
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	sort.Strings(found)
	var names []string
	for _, file := range found {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		path, err := filepath.Rel(root, file)
		if err != nil {
			return nil, nil, err
		}
		name := chart + "/templates/" + filepath.ToSlash(path)
		if _, err := set.New(name).Parse(string(text)); err != nil {
			return nil, nil, err
		}
		names = append(names, name)
	}
	return set, names, nil
}

// functions are sprig's, less those that read the environment, and the few that Helm adds and charts of this
// repository use.
func functions(set *template.Template) template.FuncMap {
	all := sprig.TxtFuncMap()
	delete(all, "env")
	delete(all, "expandenv")
	all["include"] = func(name string, data interface{}) (string, error) {
		var out strings.Builder
		err := set.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	all["tpl"] = func(text string, data interface{}) (string, error) {
		own, err := set.Clone()
		if err != nil {
			return "", err
		}
		if own, err = own.New("tpl").Parse(text); err != nil {
			return "", err
		}
		var out strings.Builder
		err = own.Execute(&out, data)
		return out.String(), err
	}
	all["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return nil, fmt.Errorf("%s", message)
		}
		return value, nil
	}
	all["toYaml"] = toYaml
	all["fromYaml"] = func(text string) (object, error) {
		found := object{}
		return found, yaml.Unmarshal([]byte(text), &found)
	}
	return all
}

// files are what a chart holds beside its templates, as templates see it: .Files.
type files string

// Get answers with the text of a file, or with nothing where there is none.
func (folder files) Get(path string) string {
	text, err := os.ReadFile(filepath.Join(string(folder), path))
	if err != nil {
		return ""
	}
	return string(text)
}

// Glob answers with the files whose paths match a pattern.
func (folder files) Glob(pattern string) map[string][]byte {
	found := map[string][]byte{}
	paths, _ := filepath.Glob(filepath.Join(string(folder), pattern))
	for _, path := range paths {
		relative, _ := filepath.Rel(string(folder), path)
		found[filepath.ToSlash(relative)] = []byte(folder.Get(relative))
	}
	return found
}

// toYaml goes through JSON, as Helm does, so that a whole number does not become 1e+06.
func toYaml(value interface{}) (string, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	var plain interface{}
	if err := yaml.Unmarshal(text, &plain); err != nil {
		return "", err
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	err = encoder.Encode(plain)
	return strings.TrimSuffix(out.String(), "\n"), err
}

// readYaml reads a mapping. It goes through JSON, as in Helm: templates see every number as a float64.
func readYaml(file string) (object, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var read interface{}
	if err := yaml.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	plain, err := json.Marshal(read)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	found := object{}
	return found, json.Unmarshal(plain, &found)
}

// override puts given values over others: mappings are merged, all else is replaced, and null takes a value away.
func override(values, given object) {
	for key, value := range given {
		below, isMapping := values[key].(object)
		over, both := value.(object)
		switch {
		case value == nil:
			delete(values, key)
		case isMapping && both:
			override(below, over)
		default:
			values[key] = value
		}
	}
}

// capitalized is Chart.yaml as templates see it: .Chart.AppVersion.
func capitalized(chart object) object {
	fields := object{}
	for key, value := range chart {
		fields[strings.ToUpper(key[:1])+key[1:]] = value
	}
	return fields
}
