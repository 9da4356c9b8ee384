# One file for the three services and redspot-admin: docker build --build-arg SERVICE=stow|inference|worklist|admin .
# TypeScript runs as it stands on Node 24, so there is nothing to build: one stage fetches the packages of one service,
# the other holds only what that service runs on.

FROM node:24.21.0-bookworm-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20 AS packages
ARG SERVICE
WORKDIR /redspot
COPY . .
# No install script runs (.npmrc); Node 24 is the image's own, so the npm package of it stays out. redspot-admin asks the
# services what they think of a configuration and of a model, so it has them beside it. What npm installs and nothing here
# loads goes again: TensorFlow.js, which the package with the embedded weights asks for (the training loads it, and no image
# trains), and ONNX Runtime for other platforms.
RUN --mount=type=cache,target=/root/.npm \
    set -eu; test -d "services/${SERVICE:?--build-arg SERVICE= stow, inference, worklist or admin}"; \
    kept="$SERVICE"; [ "$SERVICE" != admin ] || kept="admin stow inference worklist"; \
    npm ci --omit=dev --omit=optional $(printf -- '--workspace services/%s ' $kept) --loglevel=error; \
    rm -rf node_modules/@tensorflow; \
    ours="$(node -p 'process.platform + "/" + process.arch')"; \
    for one in node_modules/onnxruntime-node/bin/*/*/*; do case "$one" in */"$ours") ;; *) rm -rf "$one" ;; esac; done; \
    mkdir services-kept; for one in $kept; do mv "services/$one" services-kept/; done; \
    rm -rf services; mv services-kept services; \
    find libs services -name '*.test.ts' -delete

# docker build --build-arg SERVICE=inference --target gpu . : for NVIDIA GPUs, with ONNX Runtime's CUDA libraries. They are
# downloaded from outside the npm registry. Run it with REDSPOT_DEVICE=cuda and the NVIDIA container runtime.
FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04@sha256:8aef630a54bc5c5146ae5ce68e6af5caa3df0fb690bb91544175c91f307e4356 AS gpu
# The allocator maps large blocks and gives them back one by one (docs/decisions/0009).
ENV NODE_ENV=production \
    MALLOC_MMAP_THRESHOLD_=131072 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    REDSPOT_HOST=0.0.0.0 \
    REDSPOT_PORT=8080 \
    REDSPOT_ADMIN_PORT=8180 \
    REDSPOT_SPOOL_DIR=/var/lib/redspot/spool \
    REDSPOT_CACHE_DIR=/var/lib/redspot/cache \
    REDSPOT_DEVICE=cuda \
    REDSPOT_BATCH_SIZE=32
COPY --from=packages /usr/local/bin/node /usr/local/bin/
# The base image has a user 1000 of its own.
RUN install -d -o ubuntu -g ubuntu "$REDSPOT_SPOOL_DIR" "$REDSPOT_CACHE_DIR"
WORKDIR /redspot
COPY --from=packages /redspot/package.json ./
COPY --from=packages /redspot/node_modules ./node_modules
COPY --from=packages /redspot/libs ./libs
COPY --from=packages /redspot/services ./services
RUN sh services/inference/setup-gpu.sh onnxruntime
USER ubuntu
EXPOSE 8080 8180
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=6 \
    CMD ["node", "-e", "const { REDSPOT_PORT: port, REDSPOT_TLS_CERTIFICATE: tls } = process.env; require(tls ? 'https' : 'http').get({ port, host: '127.0.0.1', path: '/health/ready', rejectUnauthorized: false }, (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
ENTRYPOINT ["node", "services/inference/src/main.ts"]

FROM node:24.21.0-bookworm-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20
ARG SERVICE
# The allocator maps large blocks and gives them back one by one (docs/decisions/0009).
ENV NODE_ENV=production \
    PATH=/redspot/node_modules/.bin:$PATH \
    MALLOC_MMAP_THRESHOLD_=131072 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    SERVICE=${SERVICE} \
    REDSPOT_HOST=0.0.0.0 \
    REDSPOT_PORT=8080 \
    REDSPOT_ADMIN_PORT=8180 \
    REDSPOT_SPOOL_DIR=/var/lib/redspot/spool \
    REDSPOT_CACHE_DIR=/var/lib/redspot/cache
# A volume mounted here takes these folders' owner.
RUN install -d -o node -g node "$REDSPOT_SPOOL_DIR" "$REDSPOT_CACHE_DIR"
WORKDIR /redspot
COPY --from=packages /redspot/package.json ./
COPY --from=packages /redspot/node_modules ./node_modules
COPY --from=packages /redspot/libs ./libs
COPY --from=packages /redspot/services ./services
USER node
EXPOSE 8080 8180
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=6 \
    CMD ["node", "-e", "const { REDSPOT_PORT: port, REDSPOT_TLS_CERTIFICATE: tls } = process.env; require(tls ? 'https' : 'http').get({ port, host: '127.0.0.1', path: '/health/ready', rejectUnauthorized: false }, (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# exec: signals reach Node, which ends in order. What docker run has after the image goes to the program: --help.
ENTRYPOINT ["sh", "-c", "exec node \"services/$SERVICE/src/main.ts\" \"$@\"", "redspot"]
