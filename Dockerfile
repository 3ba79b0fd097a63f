# Build:      docker build -t yanzhen .
# Once:       docker run --rm -v yanzhen:/data yanzhen yanzhen init
# Serve:      docker run -p 8000:8000 -v yanzhen:/data yanzhen
# PostgreSQL: the same with -e YANZHEN_DATABASE_URL=postgresql://… and without the volume.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/yanzhen
ENV PATH=/opt/yanzhen/bin:$PATH
# The dependencies first: they change less often than the code.
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY service ./service
COPY graph ./graph
COPY studio ./studio
COPY matching ./matching
COPY seed ./seed
COPY docs/operations ./docs/operations
RUN pip install --no-cache-dir --no-deps .

FROM python:3.11-slim-bookworm
RUN useradd --no-log-init --uid 10001 --create-home yanzhen \
    && install --directory --owner=yanzhen --group=yanzhen /data
COPY --from=build /opt/yanzhen /opt/yanzhen
ENV PATH=/opt/yanzhen/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    YANZHEN_DATABASE_URL=sqlite:////data/yanzhen.db
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["uvicorn", "service.app:app", "--host", "0.0.0.0", "--port", "8000"]
