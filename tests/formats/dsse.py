"""DSSE by securesystemslib: verifies an envelope of ours, or signs a payload of ours with a key of its own.

usage: dsse.py verify ENVELOPE PUBLIC_KEY        prints the payload type; exit 0 if a signature by the key fits
       dsse.py sign ENVELOPE OUT OUT_KEY         signs the payload of ENVELOPE anew; OUT_KEY becomes the public key (PEM)
"""

import json
import pathlib
import sys

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey


def main():
    verb, source = sys.argv[1], json.loads(pathlib.Path(sys.argv[2]).read_text())
    hint = source["signatures"][0]["keyid"]
    envelope = Envelope.from_dict(source)  # takes its dictionary apart
    if verb == "verify":
        key = SSlibKey.from_crypto(load_pem_public_key(pathlib.Path(sys.argv[3]).read_bytes()), keyid=hint)
        try:
            envelope.verify([key], 1)
        except VerificationError as error:
            print(error, file=sys.stderr)
            return 1
        print(envelope.payload_type)
        return 0
    signer = CryptoSigner.generate_ed25519()
    theirs = Envelope(envelope.payload, envelope.payload_type, {})
    theirs.sign(signer)
    pathlib.Path(sys.argv[3]).write_text(json.dumps(theirs.to_dict(), indent=1))
    pem = signer._private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pathlib.Path(sys.argv[4]).write_bytes(pem)
    return 0


sys.exit(main())
