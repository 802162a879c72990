"""A made public archive: an index, a table of chosen series, and a server of S3's protocol."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

BUCKET = "open-data"
FILES = 4  # of a series
_SERIES = (  # modality, description, whether the finder wants it
    ("MR", "dynamic", True),
    ("MR", "dynamic", True),
    ("MR", "localizer", False),
    ("MR", "dynamic: SER", False),
    ("MR", "dynamic: PE1", False),
    ("SEG", "VOI", False),
)
Hook = Callable[[str, list[bytes]], list[bytes]]


class Archive:
    """Three patients with one study each; what the server is asked for is counted."""

    def __init__(self, url: str, client, backend, server) -> None:
        self.url, self.client, self._backend, self._server = url, client, backend, server
        self.asked: list[str] = []
        """Keys whose content was asked for."""
        self.hook: Hook | None = None
        """May change, or hold back, the body of a key; a ConnectionError breaks the connection."""
        self.rows: list[dict[str, object]] = []
        self.bodies: dict[str, bytes] = {}
        self.dce: list[dict[str, str]] = []

    def fill(self, *, patients: int = 3) -> None:
        """Put everything into an empty bucket."""
        self._backend.reset()
        self.client.create_bucket(Bucket=BUCKET)
        self.hook, self.rows, self.bodies, self.dce = None, [], {}, []
        rng = random.Random(5)
        for patient in range(patients):
            study = f"1.2.{patient}"
            for place, (modality, description, _) in enumerate(_SERIES):
                uuid = f"{rng.getrandbits(32):08x}-0000-4000-8000-{patient:06d}{place:06d}"
                sizes = []
                for number in range(FILES):
                    key = f"{uuid}/{rng.getrandbits(64):016x}.dcm"
                    self.put(key, rng.randbytes(900 + number))
                    sizes.append(900 + number)
                row = {
                    "collection_id": "made_trial",
                    "PatientID": f"MADE_{patient}",
                    "StudyInstanceUID": study,
                    "SeriesInstanceUID": f"{study}.{place}",
                    "Modality": modality,
                    "SeriesDescription": description,
                    "instanceCount": FILES,
                    "series_size_MB": sum(sizes) / 1e6,
                    "aws_bucket": BUCKET,
                    "crdc_series_uuid": uuid,
                    "license_short_name": "CC BY 3.0",
                    "source_DOI": "10.9999/made",
                }
                self.rows.append(row)
            chosen = {"dce_series_uid": f"{study}.0", "phase_series_uids": f"{study}.0;{study}.1"}
            names = {"patient_id": f"MADE_{patient}", "study_uid": study, "visit": f"T{patient}"}
            self.dce.append(names | chosen)
        self.asked.clear()

    def put(self, key: str, body: bytes) -> None:
        """Put an object that everybody may read; past the protocol, which takes 15 ms for each."""
        from moto.s3.models import get_canned_acl

        self.bodies[key] = body
        self._backend.put_object(BUCKET, key, body).set_acl(get_canned_acl("public-read"))

    def stop(self) -> None:
        """Serve nothing any more, not even what is being asked for."""
        self._server.shutdown()
        self._server.server_close()

    def remove(self, key: str) -> None:
        self.client.delete_object(Bucket=BUCKET, Key=key)

    def keys(self, series_uid: str) -> list[str]:
        """Keys of a series, sorted."""
        uuid = next(row for row in self.rows if row["SeriesInstanceUID"] == series_uid)
        return sorted(key for key in self.bodies if key.startswith(f"{uuid['crdc_series_uuid']}/"))

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write index and table of chosen series; return their paths."""
        index, dce = folder / "index.parquet", folder / "DCE.tsv"
        pl.DataFrame(self.rows).write_parquet(index)
        lines = ["\t".join(self.dce[0]), *("\t".join(row.values()) for row in self.dce)]
        dce.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return index, dce

    def wanted_files(self) -> dict[str, bytes]:
        """Path below the destination, to content."""
        files = {}
        for row in self.rows:
            if row["SeriesDescription"] == "localizer":
                continue
            folder = f"{row['PatientID']}/{row['StudyInstanceUID']}/{row['SeriesInstanceUID']}"
            for key in self.keys(str(row["SeriesInstanceUID"])):
                files[f"{folder}/{key.rpartition('/')[2]}"] = self.bodies[key]
        return files


@contextmanager
def archive_server() -> Iterator[Archive]:
    """A server on a free port of this machine; `fill` makes its bucket."""
    from werkzeug.serving import make_server

    with _quiet_imports():
        import boto3
        from moto.core.models import DEFAULT_ACCOUNT_ID
        from moto.moto_server.werkzeug_app import (
            DomainDispatcherApplication,
            MotoRequestHandler,
            create_backend_app,
        )
        from moto.s3.models import s3_backends

    application = DomainDispatcherApplication(create_backend_app)
    archive: Archive

    def counted(environ, start_response):
        key = environ["PATH_INFO"].removeprefix(f"/{BUCKET}/")
        wants = environ["REQUEST_METHOD"] == "GET" and key.endswith(".dcm")
        if wants:
            archive.asked.append(key)
        body = list(application(environ, start_response))
        if not (wants and archive.hook):
            return body
        try:
            return archive.hook(key, body)
        except ConnectionError:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise

    class Silent(MotoRequestHandler):
        def log(self, *args):
            pass

    server = make_server("127.0.0.1", 0, counted, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    client = boto3.client(
        "s3",
        endpoint_url=url,
        aws_access_key_id="made",
        aws_secret_access_key="made",  # noqa: S106 (no secret: the server takes any)
        region_name="us-east-1",
    )
    archive = Archive(url, client, s3_backends[DEFAULT_ACCOUNT_ID]["aws"], server)
    try:
        yield archive
    finally:
        client.close()
        archive.stop()
        thread.join()


@contextmanager
def _quiet_imports() -> Iterator[None]:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of boto3 and of what moto imports
        yield
