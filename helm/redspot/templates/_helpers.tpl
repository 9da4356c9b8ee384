{{/* Start of all names. The longest end, -inference, fits into a label's 63 characters. */}}
{{- define "redspot.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
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

{{/* What a service's pods are found by. Takes (dict "root" $ "service" NAME), as all that follow. */}}
{{- define "redspot.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .service }}
{{- end }}

{{- define "redspot.image" -}}
{{- $image := .root.Values.image -}}
{{- $registry := required "image.registry is empty: say where the images that you built and pushed are" $image.registry -}}
{{- printf "%s/redspot/%s:%s%s" $registry .service (default .root.Chart.AppVersion $image.tag) (default "" .tagSuffix) | quote -}}
{{- end }}

{{/* Pod level: an account without rights, a user without rights, who owns the volumes' files. */}}
{{- define "redspot.pod" -}}
serviceAccountName: {{ include "redspot.serviceAccount" .root | quote }}
automountServiceAccountToken: false
# Otherwise a Service named "redspot" would set REDSPOT_PORT.
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
# Longer than a service takes to finish what is under way.
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

{{- define "redspot.serviceAccount" -}}
{{- $account := .Values.serviceAccount -}}
{{- default (ternary (include "redspot.fullname" .) "default" $account.create) $account.name -}}
{{- end }}

{{/* Of a container, how a probe comes in: a service that does TLS itself does it here too. */}}
{{- define "redspot.probe" -}}
{{- $scheme := ternary ", scheme: HTTPS" "" (ne .root.Values.tls.existingSecret "") -}}
httpGet: { path: {{ .path }}, port: http{{ $scheme }} }
{{- end }}

{{/* Container level: rights, port, probes. */}}
{{- define "redspot.container" -}}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
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
{{- end }}

{{/* Variables that all services have, and those that the values add for one. */}}
{{- define "redspot.environment" -}}
{{- $values := .root.Values -}}
{{- $secret := required "existingSecret.name is empty: make a Secret with REDSPOT_TOKENS and name it" $values.existingSecret.name -}}
{{- $oidc := $values.oidc -}}
{{- $tls := $values.tls -}}
- { name: REDSPOT_HOST, value: "0.0.0.0" }
- { name: REDSPOT_PORT, value: "8080" }
- { name: REDSPOT_ADMIN_PORT, value: "8180" }
- { name: REDSPOT_SPOOL_DIR, value: /var/lib/redspot/spool }
- name: REDSPOT_REDIS_PREFIX
  value: {{ $values.redis.prefix | quote }}
- name: REDSPOT_REDIS_URL
  {{- if $values.redis.url }}
  value: {{ $values.redis.url | quote }}
  {{- else }}
  valueFrom:
    secretKeyRef: { name: {{ $secret | quote }}, key: {{ $values.existingSecret.keys.redisUrl | quote }} }
  {{- end }}
{{- with $values.existingSecret.keys.tokens }}
- name: REDSPOT_TOKENS
  valueFrom:
    secretKeyRef: { name: {{ $secret | quote }}, key: {{ . | quote }} }
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
{{- range $name, $value := (index $values .service).env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "redspot.spoolVolume" -}}
name: spool
persistentVolumeClaim:
  claimName: {{ default (printf "%s-spool" (include "redspot.fullname" .root)) .root.Values.spool.existingClaim | quote }}
{{- end }}

{{/* The certificate of a service that does TLS itself. Kubernetes renews the files when the Secret changes. */}}
{{- define "redspot.tlsMount" -}}
{{- if .Values.tls.existingSecret }}
- { name: tls, mountPath: /var/run/redspot/tls, readOnly: true }
{{- end }}
{{- end }}

{{- define "redspot.tlsVolume" -}}
{{- with .Values.tls.existingSecret }}
- { name: tls, secret: { secretName: {{ . | quote }}, defaultMode: 288 } }
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
  name: {{ include "redspot.fullname" .root }}-{{ .service }}
  labels:
    {{- include "redspot.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .service }}
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
