# syntax=docker/dockerfile:1

# The full image has what compiles better-sqlite3, where no prebuilt one can be downloaded.
FROM node:24-bookworm AS build
WORKDIR /parley
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json ./
COPY server server
COPY static static
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATABASE=/data/parley.db
WORKDIR /parley
# The folder of the SQLite file. Nothing else can be written to.
RUN install -d -o node -g node -m 700 /data
VOLUME /data
COPY package.json ./
COPY views views
COPY server/identity/confusables.txt server/identity/
COPY --from=build /parley/node_modules node_modules
COPY --from=build /parley/dist dist
USER node
EXPOSE 3000
# With TLS_CERT, replace this by one that asks over https.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not `npm start`: npm does not wait for the server when it gets a signal.
CMD ["node", "dist/main.js"]
