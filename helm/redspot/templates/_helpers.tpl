{{/* Start of all names. The longest end, -inference-metrics, fits into a label's 63 characters. */}}
{{- define "redspot.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 42 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 42 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* Labels of every object. */}}
{{- define "redspot.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* What pods of this release are found by, whatever they run. */}}
{{- define "redspot.releaseSelector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* What a service's pods are found by. Takes (dict "root" $ "service" NAME), as all that follow. */}}
{{- define "redspot.selector" -}}
{{ include "redspot.releaseSelector" .root }}
app.kubernetes.io/component: {{ .service }}
{{- end }}

{{/* Name and labels of an object of one service. */}}
{{- define "redspot.metadata" -}}
name: {{ include "redspot.fullname" .root }}-{{ .service }}{{ .suffix }}
labels:
  {{- include "redspot.labels" .root | nindent 2 }}
  app.kubernetes.io/component: {{ .service }}
{{- end }}

{{/* Labels and annotations of a service's pods. */}}
{{- define "redspot.podMetadata" -}}
{{- $values := index .root.Values .service -}}
labels:
  {{- include "redspot.labels" .root | nindent 2 }}
  app.kubernetes.io/component: {{ .service }}
  {{- with $values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* An image by its tag, and where there is a digest, by that. */}}
{{- define "redspot.image" -}}
{{- $image := .root.Values.image -}}
{{- $registry := required "image.registry is empty: say where the images that you built and pushed are" $image.registry -}}
{{- $digest := index $image.digests (default .service .digestOf) -}}
{{- $at := ternary (printf "@%s" $digest) "" (ne $digest "") -}}
{{- printf "%s/redspot/%s:%s%s%s" $registry .service (default .root.Chart.AppVersion $image.tag) (default "" .tagSuffix) $at | quote -}}
{{- end }}

{{/* Pod level: an account without rights, a user without rights, who owns the volumes' files. */}}
{{- define "redspot.pod" -}}
{{- $values := index .root.Values .service -}}
serviceAccountName: {{ include "redspot.serviceAccount" .root | quote }}
automountServiceAccountToken: false
# Otherwise a Service named "redspot" would set REDSPOT_PORT.
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
# Longer than a service takes to hear that it ends, and to finish what is under way.
terminationGracePeriodSeconds: 45
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  # The spool holds many files: their owner is not set again at each start.
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/* Where a service's pods lie, seen from each other. */}}
{{- define "redspot.spread" -}}
{{- if .root.Values.topologySpread }}
topologySpreadConstraints:
  {{- range .root.Values.topologySpread }}
  - topologyKey: {{ .topologyKey | quote }}
    maxSkew: {{ .maxSkew }}
    whenUnsatisfiable: {{ .whenUnsatisfiable }}
    labelSelector:
      matchLabels:
        {{- include "redspot.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}
{{- end }}

{{- define "redspot.serviceAccount" -}}
{{- $account := .Values.serviceAccount -}}
{{- default (ternary (include "redspot.fullname" .) "default" $account.create) $account.name -}}
{{- end }}

{{/* Of a container, how a probe comes in: a service that does TLS itself does it here too. */}}
{{- define "redspot.probe" -}}
{{- $scheme := ternary ", scheme: HTTPS" "" (ne .root.Values.tls.existingSecret "") -}}
httpGet: { path: {{ .path }}, port: http{{ $scheme }} }
{{- end }}

{{- define "redspot.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{/* Container level: rights, port, probes. Live: the process answers. Ready: it reaches Redis, so that it can do its job; of a
     PACS that is away Redspot makes reports that wait, and stays ready. */}}
{{- define "redspot.container" -}}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- include "redspot.containerSecurity" . | nindent 2 }}
ports:
  - { name: http, containerPort: 8080 }
  - { name: metrics, containerPort: 8180 }
# Inference makes its backbone before it listens.
startupProbe:
  {{ include "redspot.probe" (merge (dict "path" "/health/live") .) }}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 60
livenessProbe:
  {{ include "redspot.probe" (merge (dict "path" "/health/live") .) }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  {{ include "redspot.probe" (merge (dict "path" "/health/ready") .) }}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 3
{{- if ne .service "inference" }}
# Requests still come for a moment after a pod was told to end: until then it takes them.
lifecycle:
  preStop:
    exec: { command: [sleep, "5"] }
{{- end }}
{{- end }}

{{/* Where Redis is, and what it is asked with. */}}
{{- define "redspot.redisEnvironment" -}}
{{- $values := .Values -}}
- name: REDSPOT_REDIS_PREFIX
  value: {{ $values.redis.prefix | quote }}
{{- if $values.redis.enabled }}
- name: REDIS_PASSWORD
  valueFrom:
    secretKeyRef: { name: {{ include "redspot.secret" . }}, key: {{ $values.existingSecret.keys.redisPassword | quote }} }
- name: REDSPOT_REDIS_URL
  # Kubernetes puts the password in.
  value: "redis://:$(REDIS_PASSWORD)@{{ include "redspot.fullname" . }}-redis:6379"
{{- else }}
- name: REDSPOT_REDIS_URL
  {{- if $values.redis.url }}
  value: {{ $values.redis.url | quote }}
  {{- else }}
  valueFrom:
    secretKeyRef: { name: {{ include "redspot.secret" . }}, key: {{ $values.existingSecret.keys.redisUrl | quote }} }
  {{- end }}
{{- end }}
{{- end }}

{{- define "redspot.secret" -}}
{{- required "existingSecret.name is empty: make a Secret with REDSPOT_TOKENS and name it" .Values.existingSecret.name | quote -}}
{{- end }}

{{/* Where the PACS is, and what it is asked with. */}}
{{- define "redspot.pacsEnvironment" -}}
- name: REDSPOT_PACS_URL
  value: {{ required "pacs.url is empty: say where the DICOMweb services of the PACS are" .Values.pacs.url | quote }}
{{- with .Values.existingSecret.keys.pacsToken }}
- name: REDSPOT_PACS_TOKEN
  valueFrom:
    secretKeyRef: { name: {{ include "redspot.secret" $ }}, key: {{ . | quote }} }
{{- end }}
{{- end }}

{{/* Variables that all services have, and those that the values add for one. */}}
{{- define "redspot.environment" -}}
{{- $values := .root.Values -}}
{{- $own := index $values .service -}}
{{- $oidc := $values.oidc -}}
{{- $tls := $values.tls -}}
- { name: REDSPOT_HOST, value: "0.0.0.0" }
- { name: REDSPOT_PORT, value: "8080" }
- { name: REDSPOT_ADMIN_PORT, value: "8180" }
- { name: REDSPOT_SPOOL_DIR, value: /var/lib/redspot/spool }
{{ include "redspot.redisEnvironment" .root }}
{{- with $values.existingSecret.keys.tokens }}
- name: REDSPOT_TOKENS
  valueFrom:
    secretKeyRef: { name: {{ include "redspot.secret" $.root }}, key: {{ . | quote }} }
{{- end }}
{{- if $oidc.issuer }}
- name: REDSPOT_OIDC_ISSUER
  value: {{ $oidc.issuer | quote }}
- name: REDSPOT_OIDC_AUDIENCE
  value: {{ required "oidc.audience is empty: say what the issuer's tokens for Redspot have in aud" $oidc.audience | quote }}
- name: REDSPOT_OIDC_SCOPE_CLAIM
  value: {{ $oidc.scopeClaim | quote }}
- name: REDSPOT_OIDC_SCOPES
  value: {{ join "," $oidc.scopes | quote }}
- name: REDSPOT_OIDC_ALGORITHMS
  value: {{ join "," $oidc.algorithms | quote }}
{{- end }}
{{- if $tls.existingSecret }}
- { name: REDSPOT_TLS_CERTIFICATE, value: /var/run/redspot/tls/tls.crt }
- { name: REDSPOT_TLS_KEY, value: /var/run/redspot/tls/tls.key }
{{- if $tls.clients }}
- { name: REDSPOT_TLS_CLIENT_CA, value: /var/run/redspot/tls/ca.crt }
- name: REDSPOT_TLS_CLIENTS
  value: {{ join "," $tls.clients | quote }}
{{- end }}
{{- end }}
{{- with $values.trustedProxies }}
- name: REDSPOT_TRUSTED_PROXIES
  value: {{ join "," . | quote }}
{{- end }}
{{- range $name, $value := $own.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $name, $from := $own.secretEnv }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef: { name: {{ $from.name | quote }}, key: {{ $from.key | quote }} }
{{- end }}
{{- end }}

{{- define "redspot.spoolVolume" -}}
name: spool
persistentVolumeClaim:
  claimName: {{ default (printf "%s-spool" (include "redspot.fullname" .root)) .root.Values.spool.existingClaim | quote }}
{{- end }}

{{/* What a service mounts from Secrets: the certificate of one that does TLS itself (Kubernetes renews the files when the Secret
     changes), and files that variables name. */}}
{{- define "redspot.secretMounts" -}}
{{- if .root.Values.tls.existingSecret }}
- { name: tls, mountPath: /var/run/redspot/tls, readOnly: true }
{{- end }}
{{- range $index, $one := (index .root.Values .service).secretFiles }}
- { name: secret-{{ $index }}, mountPath: {{ $one.mountPath | quote }}, readOnly: true }
{{- end }}
{{- end }}

{{- define "redspot.secretVolumes" -}}
{{- with .root.Values.tls.existingSecret }}
- { name: tls, secret: { secretName: {{ . | quote }}, defaultMode: 288 } }
{{- end }}
{{- range $index, $one := (index .root.Values .service).secretFiles }}
- { name: secret-{{ $index }}, secret: { secretName: {{ $one.name | quote }}, defaultMode: 288 } }
{{- end }}
{{- end }}

{{/* Where pods may run. */}}
{{- define "redspot.placement" -}}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* A Service before the pods of a service. */}}
{{- define "redspot.service" -}}
{{- $service := (index .root.Values .service).service -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "redspot.metadata" . | nindent 2 }}
  {{- with $service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ $service.type }}
  selector:
    {{- include "redspot.selector" . | nindent 4 }}
  ports:
    - { name: http, port: {{ $service.port }}, targetPort: http, appProtocol: {{ ternary "https" "http" (ne .root.Values.tls.existingSecret "") }} }
{{- end }}

{{/* How many pods of a service there are, where nothing else decides about it. */}}
{{- define "redspot.replicas" -}}
{{- $values := index .root.Values .service -}}
{{- if eq $values.autoscaling.by "none" }}
replicas: {{ $values.replicas }}
{{- end }}
{{- end }}
