{{/* A pod with redspot-admin. Takes (dict "root" $ "service" "admin" "command" LIST). */}}
{{- define "redspot.adminPod" -}}
{{- $inference := .root.Values.inference -}}
{{ include "redspot.pod" . }}
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
{{- end }}
