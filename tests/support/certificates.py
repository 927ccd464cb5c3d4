"""Certificates for tests, signed by themselves."""

import shutil
import subprocess
from pathlib import Path

from support.requirements import require


def make_certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Return a certificate of 127.0.0.1 and its key."""
    require("" if shutil.which("openssl") else "openssl, from the Debian package of that name")
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    new = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    new += ["-subj", "/CN=agent", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*new, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key
