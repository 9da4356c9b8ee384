{{/* Variables that the values add for any of the services, those of inference first: what redspot-admin looks at is what they have. */}}
{{- define "redspot.allEnv" -}}
{{- toYaml (merge (dict) .Values.inference.env .Values.worklist.env .Values.stow.env) -}}
{{- end }}

{{/* A pod with redspot-admin. Takes (dict "root" $ "service" "admin" "command" LIST). */}}
{{- define "redspot.adminPod" -}}
{{- $values := .root.Values -}}
{{- $inference := $values.inference -}}
{{- $secretEnv := merge (dict) $inference.secretEnv $values.worklist.secretEnv $values.stow.secretEnv -}}
{{- $secretFiles := dict -}}
{{- range concat $values.stow.secretFiles $values.worklist.secretFiles $inference.secretFiles }}
{{- $_ := set $secretFiles .mountPath .name }}
{{- end -}}
{{ include "redspot.pod" . }}
{{- with include "redspot.placement" $values.admin | trim }}
{{ . }}
{{- end }}
containers:
  - name: admin
    image: {{ include "redspot.image" . }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    command:
      {{- toYaml .command | nindent 6 }}
    securityContext:
      {{- include "redspot.containerSecurity" . | nindent 6 }}
    env:
      {{- include "redspot.redisEnvironment" .root | nindent 6 }}
      {{- include "redspot.pacsEnvironment" .root | nindent 6 }}
      - { name: REDSPOT_SPOOL_DIR, value: /var/lib/redspot/spool }
      - { name: REDSPOT_CACHE_DIR, value: /var/lib/redspot/cache }
      - name: REDSPOT_MODE
        value: {{ $inference.mode | quote }}
      {{- if $inference.model.existingClaim }}
      - { name: REDSPOT_MODEL_PACKAGE, value: /var/lib/redspot/model }
      {{- end }}
      {{- if .root.Values.tls.existingSecret }}
      - { name: REDSPOT_TLS_CERTIFICATE, value: /var/run/redspot/tls/tls.crt }
      {{- end }}
      {{- range $name, $value := fromYaml (include "redspot.allEnv" .root) }}
      - name: {{ $name }}
        value: {{ $value | quote }}
      {{- end }}
      {{- range $name, $from := $secretEnv }}
      - name: {{ $name }}
        valueFrom:
          secretKeyRef: { name: {{ $from.name | quote }}, key: {{ $from.key | quote }} }
      {{- end }}
    resources:
      {{- toYaml .root.Values.admin.resources | nindent 6 }}
    volumeMounts:
      - { name: spool, mountPath: /var/lib/redspot/spool }
      - { name: cache, mountPath: /var/lib/redspot/cache }
      {{- if $inference.model.existingClaim }}
      - name: model
        mountPath: /var/lib/redspot/model
        readOnly: true
        {{- with $inference.model.subPath }}
        subPath: {{ . | quote }}
        {{- end }}
      {{- end }}
      - { name: tmp, mountPath: /tmp }
      {{- include "redspot.secretMounts" . | nindent 6 }}
      {{- range $index, $mountPath := keys $secretFiles | sortAlpha }}
      - { name: secret-{{ $index }}, mountPath: {{ $mountPath | quote }}, readOnly: true }
      {{- end }}
volumes:
  - {{ include "redspot.spoolVolume" . | nindent 4 | trim }}
  - { name: cache, emptyDir: { sizeLimit: {{ $inference.cache.size | quote }} } }
  {{- with $inference.model.existingClaim }}
  - name: model
    persistentVolumeClaim:
      claimName: {{ . | quote }}
      readOnly: true
  {{- end }}
  - { name: tmp, emptyDir: { sizeLimit: 128Mi } }
  {{- include "redspot.secretVolumes" . | nindent 2 }}
  {{- range $index, $mountPath := keys $secretFiles | sortAlpha }}
  - { name: secret-{{ $index }}, secret: { secretName: {{ get $secretFiles $mountPath | quote }}, defaultMode: 288 } }
  {{- end }}
{{- end }}
