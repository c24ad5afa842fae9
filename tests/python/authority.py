"""A practice authority: authority.py FOLDER

certomancer issues by authority.yaml and answers on loopback: OCSP (questions in the address as well, which NSS asks and
certomancer's own server does not know), revocation lists, issuers' certificates, timestamps.
FOLDER gets `keys/`, `certs/` (PEM and DER of everybody), `anchors/` and `strangers/`. Prints the address when it
serves, and ends when its standard input does.
"""

import asyncio
import base64
import datetime
import socket
import string
import sys
from pathlib import Path

import yaml
from aiohttp import web
from asn1crypto import ocsp, pem
from certomancer.integrations import aiohttp_animator
from certomancer.registry import ArchLabel, CertLabel, CertomancerConfig, ServiceLabel
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

LONG_AGO = datetime.datetime(2024, 6, 1, 12, tzinfo=datetime.timezone.utc)
KINDS = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


def now():
    """In whole seconds: NSS takes no others in an OCSP response (RFC 5280 §4.1.2.5.2)."""
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


aiohttp_animator._now = now


def generate(keyset, folder):
    (folder / keyset["path-prefix"]).mkdir(parents=True)
    for key in keyset["keys"].values():
        made = KINDS[key["path"].split(".")[1]]()
        pkcs8 = made.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / keyset["path-prefix"] / key["path"]).write_bytes(pkcs8)


def publish(authority, names, folder):
    for name in names:
        certificate = authority.get_cert(CertLabel(name)).dump()
        armoured = pem.armor("CERTIFICATE", certificate)
        places = {"goc": "anchors", "goc-la": "strangers"}
        for place in {"certs", places.get(name, "certs")}:
            (folder / place).mkdir(exist_ok=True)
            (folder / place / f"{name}.pem").write_bytes(armoured)
        (folder / "certs" / f"{name}.der").write_bytes(certificate)


def app_at(authority, time):
    app = aiohttp_animator.build_animator_app({authority.arch_label: authority}, time, False, False)

    async def ocsp_by_address(request):
        label = ServiceLabel(request.match_info["label"])
        responder = authority.service_registry.summon_responder(label, time or now())
        question = ocsp.OCSPRequest.load(base64.b64decode(request.match_info["question"]))
        answer = responder.build_ocsp_response(question).dump()
        return web.Response(body=answer, content_type="application/ocsp-response")

    app.router.add_get(f"/{authority.arch_label}/ocsp/{{label}}/{{question:.+}}", ocsp_by_address)
    return app


async def serve(authority, listener, address):
    app = app_at(authority, None)
    app.add_subapp("/2024", app_at(authority, LONG_AGO))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    print(address, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


def main():
    folder = Path(sys.argv[1])
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    text = Path(__file__).with_suffix(".yaml").read_text()
    settings = yaml.safe_load(string.Template(text).substitute(BASE=address))
    generate(settings["keysets"]["bo-vi-du"], folder)
    made = CertomancerConfig(settings, key_search_dir=str(folder), external_url_prefix=address)
    authority = made.get_pki_arch(ArchLabel("bo-vi-du"))
    publish(authority, settings["pki-architectures"]["bo-vi-du"]["certs"], folder)
    asyncio.run(serve(authority, listener, address))


main()
