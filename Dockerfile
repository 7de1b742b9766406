# syntax=docker/dockerfile:1
# Two stages: one that builds as script/server does, one that holds the program, its site and nothing else.
ARG RUST_VERSION=1

FROM rust:${RUST_VERSION}-bookworm AS build
WORKDIR /src
# Tools first: they change seldom, and their layer is the slow one.
COPY script/bootstrap script/build-wasm-std script/lib.sh script/
COPY Cargo.lock package.json package-lock.json .npmrc ./
RUN script/bootstrap run
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    script/build --release /app

FROM debian:bookworm-slim
RUN apt-get -qq update \
 && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin mailer \
 && install -d -o mailer -g mailer /data
COPY --from=build /app /app
COPY Leptos.toml /app/
WORKDIR /app
USER 10001
ENV DATA_DIR=/data \
    LEPTOS_ENV=PROD \
    LEPTOS_HASH_FILES=true \
    LEPTOS_OUTPUT_NAME=mailer \
    LEPTOS_SITE_ADDR=0.0.0.0:3000 \
    LEPTOS_SITE_ROOT=/app/site
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["/app/mailer", "healthcheck"]
ENTRYPOINT ["/app/mailer"]
CMD ["serve"]
