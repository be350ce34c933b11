# The authority with everything it verifies recordings with. Build from the repository root:
#   docker build -f docker/authority.Dockerfile -t guise-authority .
FROM node:24-bookworm-slim AS build
WORKDIR /guise
COPY . .
RUN npm ci --no-audit --no-fund && npm run build && npm run models && npm prune --omit=dev

FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /guise
COPY --from=build --chown=node:node /guise /guise
RUN mkdir /var/lib/guise && chown node:node /var/lib/guise
USER node
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8443 GUISE_DATA_DIR=/var/lib/guise
VOLUME /var/lib/guise
EXPOSE 8443
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8443/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Process 1 reaps: a decoder whose worker was killed must not stay behind as a zombie.
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["node", "apps/authority/dist/main.js"]
