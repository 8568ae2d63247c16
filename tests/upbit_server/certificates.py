"""Certificates of an authority of our own: one for this machine's name, one for another's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
import ssl
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

RIGHT: Final = "localhost"
WRONG: Final = "elsewhere.example"


class Certificates:
    """An authority, and a server's two certificates in a directory of the caller's."""

    def __init__(self, directory: Path) -> None:
        """Make keys and certificates; the directory stays its owner's."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("An authority for tests")
        self.authority = directory / "authority.pem"
        certificate = self._signed(self._name, self._key, ca=True)
        self.authority.write_bytes(certificate.public_bytes(Encoding.PEM))
        self._files = {name: self._leaf(directory, name) for name in (RIGHT, WRONG)}
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.show(RIGHT)

    def show(self, name: str) -> None:
        """Show the certificate of a name in every handshake from now on."""
        self.server.load_cert_chain(self._files[name])

    def client(self) -> ssl.SSLContext:
        """Return a context that trusts the authority, and nobody else."""
        return ssl.create_default_context(cafile=str(self.authority))

    def _leaf(self, directory: Path, name: str) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        file = directory / f"{name}.pem"
        file.write_bytes(
            self._signed(_name(name), key).public_bytes(Encoding.PEM)
            + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return file

    def _signed(
        self, name: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool = False
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        (common,) = name.get_attributes_for_oid(NameOID.COMMON_NAME)
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            # OpenSSL looks at the clock of the machine, whatever a test has made of Python's.
            .not_valid_before(now - timedelta(days=3650))
            .not_valid_after(now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), True)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(str(common.value))]), False
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self._key.public_key()
                ),
                False,
            )
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True,
                    content_commitment=False,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=ca,
                    crl_sign=ca,
                    encipher_only=False,
                    decipher_only=False,
                ),
                True,
            )
            .sign(self._key, hashes.SHA256())
        )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
