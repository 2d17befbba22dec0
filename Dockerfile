# A server on an embedded database, with the console and the `rollcall` command. docs/deployment.md says how it is built and
# run. What it takes along of the folder that it is built in, .dockerignore decides.

FROM node:22-bookworm AS build
WORKDIR /opt/rollcall
COPY . .
RUN npm ci
RUN npm run build
# What only the build needs goes: the packages that somebody develops with, TypeScript, which tRPC asks for as a peer, and the
# sources.
RUN rm -rf examples tests bench packages/react packages/react-18 packages/testing \
 && npm pkg delete devDependencies --workspaces --include-workspace-root \
 && npm prune --omit=dev --omit=peer --ignore-scripts \
 && find packages apps -mindepth 2 -maxdepth 2 \
    ! -name package.json ! -name dist ! -name bin ! -name node_modules -exec rm -rf {} +

# The same Debian, for which the drivers of SQLite have been compiled.
FROM node:22-bookworm-slim
WORKDIR /opt/rollcall
COPY --from=build /opt/rollcall/package.json /opt/rollcall/LICENSE ./
COPY --from=build /opt/rollcall/node_modules node_modules
COPY --from=build /opt/rollcall/packages packages
COPY --from=build /opt/rollcall/apps apps
# The embedded database and the secret that the server makes are kept here. All else belongs to root.
RUN mkdir /data && chown 1000:1000 /data
# `node` in these images. By its number, so that Kubernetes knows that it is not root.
USER 1000:1000
VOLUME /data
ENV NODE_ENV=production ROLLCALL_HOST=0.0.0.0 ROLLCALL_PORT=4600 ROLLCALL_DATABASE_URL=sqlite:/data/rollcall.sqlite
ENV PATH=/opt/rollcall/node_modules/.bin:$PATH
EXPOSE 4600
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ROLLCALL_PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1, so it gets the signal to stop. A shell or npm in between would keep it to itself.
CMD ["node", "apps/server/dist/main.js"]
