# vmdsolve as a container: a wheel is built in one stage, and runs in another without a compiler, as a user of its own.
#   docker build -t vmdsolve .
#   docker run --rm vmdsolve solve 1......2..4..3..
#   docker run --rm -v "$PWD:/data" --user "$(id -u)" vmdsolve solve puzzles.txt -o answers.parquet --shard-size 20000
FROM python:3.11-slim-bookworm AS build
# Debian takes old versions away: one that is pinned here would end the build with its next update.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ \
    && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels /src

FROM python:3.11-slim-bookworm
COPY --from=build /wheels /wheels
# pyarrow for shards that data tools read; torch is not needed to solve, sample, hint and generate
RUN pip install --no-cache-dir "$(ls /wheels/vmdsolve-*.whl)[parquet]" && rm -rf /wheels
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin vmdsolve \
    && install --directory --owner vmdsolve /data
USER 10001
WORKDIR /data
ENTRYPOINT ["vmdsolve"]
CMD ["--help"]
