"""LibreOffice signs the PDFs that it exports: office.py FOLDER ADDRESS, by Debian's Python, which has LibreOffice's bridge

FOLDER is one that authority.py and sign_with_authority.py filled, ADDRESS where the authority serves. LibreOffice runs
without a screen, in a profile of its own, with the keys of a database made for it. FOLDER gets `office/` with the files
and `office.json`: per file who signed and what must be said of it.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.awt import Point, Size
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException

FOLDER, ADDRESS = Path(sys.argv[1]).resolve(), sys.argv[2]
HOME = FOLDER / "office"
KEYS = {"can-bo": "rsa.rsa", "con-dau": "p256.p256", "bi-thu-hoi": "rsa-khac.rsa", "hoi-nham-noi": "p256-khac.p256"}
NAMES = {
    "can-bo": "Nguyễn Văn An", "con-dau": "Văn phòng Bộ Ví dụ", "bi-thu-hoi": "Trần Thị Dung",
    "hoi-nham-noi": "Hỏi nơi không được ủy quyền",
}
PATIENCE = 60


def run(*arguments):
    subprocess.run(arguments, cwd=FOLDER, check=True, capture_output=True)


def make_database():
    HOME.mkdir()
    (HOME / "nss").mkdir()
    run("certutil", "-N", "-d", "sql:office/nss", "--empty-password")
    for who, key in KEYS.items():
        run(
            "openssl", "pkcs12", "-export", "-inkey", f"keys/{key}.pem", "-in", f"certs/{who}.pem", "-name", who,
            "-certfile", "certs/cap.pem", "-passout", "pass:", "-out", f"office/{who}.p12",
        )
        run("pk12util", "-i", f"office/{who}.p12", "-d", "sql:office/nss", "-W", "")
    run("certutil", "-A", "-d", "sql:office/nss", "-n", "goc", "-t", "C,C,C", "-i", "certs/goc.pem")


class Office:
    """A LibreOffice of our own, reached through a pipe of its own name."""

    def __init__(self):
        pipe = f"emc-{os.getpid()}"
        # In UTC it ends the time of signing with "Z'", which is no date of PDF and which pyHanko refuses to read.
        own = {"MOZILLA_CERTIFICATE_FOLDER": f"sql:{HOME}/nss", "TZ": "ICT-7"}
        self.process = subprocess.Popen(
            ["soffice", "--headless", "--invisible", "--norestore", "--nologo", "--nodefault",
             f"-env:UserInstallation=file://{HOME}/profile", f"--accept=pipe,name={pipe};urp"],
            env={**os.environ, **own}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.context = self.reach(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        self.desktop = self.make("com.sun.star.frame.Desktop")
        security = self.make("com.sun.star.xml.crypto.SEInitializer").createSecurityContext("")
        self.certificates = security.getSecurityEnvironment().getPersonalCertificates()

    def reach(self, address):
        manager = uno.getComponentContext().ServiceManager
        resolver = manager.createInstance("com.sun.star.bridge.UnoUrlResolver")
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return resolver.resolve(address)
            except NoConnectException:
                if self.process.poll() is not None or time.monotonic() > until:
                    self.kill()
                    raise
                time.sleep(0.05)

    def make(self, service):
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    def certificate(self, who):
        return next(one for one in self.certificates if f"CN={NAMES[who]}," in one.SubjectName)

    def write(self, with_form):
        document = self.desktop.loadComponentFromURL("private:factory/swriter", "_blank", 0, values(Hidden=True))
        document.Text.setString("Kết quả giải quyết thủ tục hành chính")
        if with_form:
            shape = document.createInstance("com.sun.star.drawing.ControlShape")
            shape.Position, shape.Size = Point(3000, 5000), Size(6000, 800)
            shape.Control = document.createInstance("com.sun.star.form.component.TextField")
            shape.Control.Name = "HoTen"
            document.DrawPage.add(shape)
        return document

    def export(self, name, who, with_form=False, **options):
        document = self.write(with_form)
        settings = values(
            SignPDF=True, SignatureCertificate=self.certificate(who), SignatureReason="Phê duyệt", ExportFormFields=with_form,
            **options,
        )
        settings = uno.Any("[]com.sun.star.beans.PropertyValue", settings)
        document.storeToURL(f"file://{HOME}/{name}.pdf", values(FilterName="writer_pdf_Export", FilterData=settings))
        document.close(True)

    def end(self):
        try:
            self.desktop.terminate()
        except DisposedException:
            pass  # It was gone before it could answer.
        self.process.wait(PATIENCE)

    def kill(self):
        """With what `soffice` started."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def values(**named):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in named.items())


def main():
    make_database()
    manifest = []
    office = Office()
    try:
        for name, who, online, reason, more in (
            ("ket-qua", "can-bo", "valid", None, {}),
            ("con-dau", "con-dau", "valid", None, {}),
            ("bieu-mau", "can-bo", "valid", None, {"with_form": True}),
            ("luu-tru", "can-bo", "valid", None, {"SelectPdfVersion": 2}),
            ("bi-thu-hoi", "bi-thu-hoi", "invalid", "revoked", {}),
            ("hoi-nham-noi", "hoi-nham-noi", "undetermined", "revocation_unknown", {}),
            ("dau-thoi-gian", "can-bo", "invalid", "timestamp_wrong", {"SignatureTSA": f"{ADDRESS}/bo-vi-du/tsa/tsa"}),
        ):
            office.export(name, who, **more)
            # No timestamp of LibreOffice's is over the signature that it stands in.
            offline = "invalid" if name == "dau-thoi-gian" else "undetermined"
            file = f"office/{name}.pdf"
            told = {"file": file, "kind": "pdf", "who": who, "online": online, "offline": offline}
            manifest.append({**told, "reason": reason} if reason else told)
        office.end()
    finally:
        office.kill()
    (FOLDER / "office.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1))


main()
