# SPDX-License-Identifier: Apache-2.0
# The API (`handler`) and the worker (`worker`) for AWS Lambda:
#   docker build -f deploy/lambda.Dockerfile --provenance=false -t framekiln-lambda .
# Debian with AWS's runtime interface client: Amazon Linux, which AWS's own images are made of, has no FFmpeg.
FROM node:24-bookworm-slim AS client
# It builds libcurl and AWS's runtime library from its own package.
RUN apt-get update && apt-get install -y --no-install-recommends \
      build-essential cmake python3 xz-utils \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /runtime
RUN npm init -y > /dev/null \
 && npm install --no-audit --no-fund --save-exact aws-lambda-ric@4.0.2 \
 && rm -rf node_modules/aws-lambda-ric/deps

FROM node:24-bookworm-slim AS build
# What src/setup/system.mjs asks for; xxhash.h is in libxxhash-dev.
RUN apt-get update && apt-get install -y --no-install-recommends \
      build-essential cmake pkg-config \
      libavcodec-dev libavformat-dev libavutil-dev libswscale-dev libxxhash-dev \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY CMakeLists.txt tsconfig.json ./
COPY native native
COPY src src
COPY bench bench
RUN node src/setup.mjs \
 && npm prune --ignore-scripts --omit=dev --omit=optional --no-audit --no-fund

FROM node:24-bookworm-slim
# FFmpeg's libraries, libx264 among what they bring.
RUN apt-get update && apt-get install -y --no-install-recommends \
      libavcodec59 libavformat59 libavutil57 libswscale6 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /var/task
COPY --from=client /runtime /runtime
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/build/Release/framekiln.node build/Release/framekiln.node
COPY --from=build /app/dist/src dist/src
COPY package.json LICENSE ./
# Lambda runs it as a user of its own and lets it write to /tmp alone.
ENV NODE_ENV=production \
    HOME=/tmp
USER node
# The client takes the handler from the environment, and Lambda gives it as an argument.
ENTRYPOINT ["/bin/sh", "-c", "export _HANDLER=\"$1\" && exec node /runtime/node_modules/aws-lambda-ric/index.mjs", "sh"]
# The worker: dist/src/http/lambda/index.worker
CMD ["dist/src/http/lambda/index.handler"]
