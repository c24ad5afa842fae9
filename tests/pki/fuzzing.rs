//! Files of each format, changed by a seeded chance that knows their structure: whatever comes of it is read without a
//! panic, within a second and 256 MB. `fuzz/` does the same with coverage to lead it, from the files made here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, mpsc};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use emc_monitor::sign::scheme::{Choice, Digest, Padding};
use emc_monitor::sign::xades;
use nix::time::{ClockId, clock_gettime};

use crate::doors::{Doors, Format};
use crate::openssl::{CONTENT, Workshop};
use crate::seeded::Seeded;
use crate::xades_written::{signer, time};
use crate::xml::rich;
use crate::{fuzzed_der, fuzzed_text, material, pdf, soak};

/// Tells the child process its format.
const FORMAT: &str = "EMC_FUZZED_FORMAT";
/// What one input may cost in memory, the input and what made it included.
const MEMORY_KIB: u64 = 256 << 10;
/// What one input may cost in time of the processor; without optimization it is no measure, only a bound.
const TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 10 } else { 1 });
/// After so long without a next input it hangs, on whatever machine.
const HANGS: Duration = Duration::from_secs(180);
const SEED: u64 = 20_261_124;

/// Where good files of each format lie; `cargo fuzz` begins with them too.
static CORPUS: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzzing");
    let _not_there_yet = fs::remove_dir_all(&folder);
    Format::ALL.iter().for_each(|format| fs::create_dir_all(folder.join(format.name())).unwrap());
    by_openssl(&folder);
    by_others(&folder);
    folder
});

const AUTHORITY: &str = "
[ca]
default_ca = here
[here]
database = index.txt
default_md = sha256
default_crl_days = 30
crlnumber = number
crl_extensions = list
[list]
authorityKeyIdentifier = keyid
issuingDistributionPoint = critical,@place
[place]
fullname = URI:http://bo-vd.example/ca.crl
[tsa]
default_tsa = stamps
[stamps]
serial = number
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
";
const MIDDLE: &str = "basicConstraints=critical,CA:true,pathlen:2
keyUsage=critical,keyCertSign,cRLSign
nameConstraints=permitted;email:bo-vd.example,excluded;DNS:cam.example
certificatePolicies=1.2.3.4,1.2.3.5
policyConstraints=inhibitPolicyMapping:1
crlDistributionPoints=URI:http://bo-vd.example/ca.crl
authorityInfoAccess=OCSP;URI:http://ocsp.bo-vd.example/
";
const LEAF: &str = "keyUsage=critical,digitalSignature
extendedKeyUsage=emailProtection
certificatePolicies=1.2.3.4
subjectAltName=email:a@bo-vd.example
";
/// Four certificates in an index: more than one answer, more than one revocation.
const INDEX: &str = "V\t491231235959Z\t\t01\tunknown\t/CN=middle\n\
    R\t491231235959Z\t240101000000Z,keyCompromise\t02\tunknown\t/CN=b\n\
    R\t491231235959Z\t240101000000Z,certificateHold\t03\tunknown\t/CN=c\n";

/// An authority of OpenSSL with one below it, its list, its answer, a timestamp, and signatures. The first file of a
/// format, `0`, is of the authority whose key is kept, so that it can be signed again after a change.
fn by_openssl(folder: &Path) {
    let it = Workshop::new();
    for (name, text) in [
        ("conf", AUTHORITY),
        ("middle.ext", MIDDLE),
        ("leaf.ext", LEAF),
        ("index.txt", INDEX),
        ("number", "01"),
    ] {
        it.write(name, text.as_bytes());
    }
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    it.openssl(&format!(
        "req -x509 {key} -keyout ca.key -out ca.pem -days 30 -subj /C=VN/CN=ca -addext keyUsage=critical,keyCertSign,cRLSign"
    ));
    for (name, issuer) in [("middle", "ca"), ("leaf", "middle")] {
        it.openssl(&format!("req {key} -keyout {name}.key -out {name}.csr -subj /C=VN/CN={name}"));
        it.openssl(&format!(
            "x509 -req -in {name}.csr -CA {issuer}.pem -CAkey {issuer}.key -set_serial 1 -days 20 -extfile {name}.ext -out {name}.pem"
        ));
    }
    it.openssl("pkcs8 -topk8 -nocrypt -in ca.key -outform DER -out ca.p8");
    it.openssl("ca -config conf -gencrl -keyfile ca.key -cert ca.pem -out crl.pem");
    it.openssl("crl -in crl.pem -outform DER -out crl.der");
    it.openssl("ocsp -index index.txt -CA ca.pem -rsigner ca.pem -rkey ca.key -issuer ca.pem -cert middle.pem -serial 2 -serial 3 -respout ocsp.der -ndays 1");
    it.openssl(
        "req -x509 -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.pem -days 30 -subj /CN=tsa -addext extendedKeyUsage=critical,timeStamping",
    );
    it.openssl("ts -query -data content -cert -out question -sha256");
    let reply = "ts -reply -config conf -section stamps -queryfile question -signer tsa.pem -inkey tsa.key";
    it.openssl(&format!("{reply} -out answer"));
    it.openssl(&format!("{reply} -token_out -out token"));
    let more = "-certfile middle.pem";
    let keep = |place: &str, bytes: Vec<u8>| fs::write(folder.join(place), bytes).unwrap();
    keep("cms/0", it.sign("leaf", &format!("-outform DER -cades -nodetach {more}")));
    keep("cms/1", it.sign("leaf", &format!("-outform DER -cades {more}")));
    keep("cms/2", it.sign("tsa", "-outform DER -nodetach -keyopt rsa_padding_mode:pss"));
    keep("cms/3", it.sign("tsa", "-outform DER -nodetach -stream -keyid"));
    for (place, made) in [
        ("x509/0", it.der("middle")),
        ("x509/1", it.der("leaf")),
        ("crl/0", it.read("crl.der")),
        ("ocsp/0", it.read("ocsp.der")),
        ("tsp/0", it.read("answer")),
        ("tsp/1", it.read("token")),
        ("authority.der", it.der("middle")),
        ("leaf.der", it.der("leaf")),
        ("key", it.read("ca.p8")),
        ("content", CONTENT.to_vec()),
        (
            "roots.pem",
            [it.read("ca.pem"), fs::read(pdf::folder().join("anchors/root.pem")).unwrap()].concat(),
        ),
    ] {
        keep(place, made);
    }
}

/// What pyHanko signs, what the suites hold, what our own writer makes.
fn by_others(folder: &Path) {
    for of in ["good", "bad"] {
        for file in fs::read_dir(pdf::folder().join(of)).unwrap().flatten() {
            if file.metadata().unwrap().len() < 150_000 {
                fs::copy(file.path(), folder.join("pdf").join(file.file_name())).unwrap();
            }
        }
    }
    for (of, into) in [("PKITS_data/certs", "x509"), ("PKITS_data/crls", "crl"), ("ocsp", "ocsp")] {
        for (name, bytes) in material::files(of) {
            fs::write(folder.join(into).join(name), bytes).unwrap();
        }
    }
    let choice = Choice { padding: Padding::Pkcs1, digest: Digest::Sha256 };
    for key in ["rsa", "p256"] {
        let signed = xades::sign(&signer(key, choice), rich("").as_bytes(), time()).unwrap();
        fs::write(folder.join("xml").join(key), &signed).unwrap();
        let again = xades::sign(&signer("p384", choice), &signed, time());
        again
            .into_iter()
            .for_each(|again| fs::write(folder.join("xml").join(format!("{key}-2")), again).unwrap());
    }
}

/// What inputs of a format are made of.
struct Maker {
    format: Format,
    files: Vec<Vec<u8>>,
    key: EcdsaKeyPair,
}

impl Maker {
    fn new(folder: &Path, format: Format) -> Self {
        let mut names: Vec<PathBuf> =
            fs::read_dir(folder.join(format.name())).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        let files =
            names.iter().map(|name| fs::read(name).unwrap()).filter(|file| !file.is_empty()).collect();
        let key = fs::read(folder.join("key")).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &key).unwrap();
        Self { format, files, key }
    }

    fn input(&self, random: &mut Seeded) -> Vec<u8> {
        let [own, bytes, other] = [0, random.below(self.files.len()), random.below(self.files.len())]
            .map(|place| &self.files[place]);
        let sign = |message: &[u8]| self.key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec();
        match (self.format, random.below(8)) {
            (_, 0) => fuzzed_text::any(bytes, other, random),
            (Format::Pdf, _) => fuzzed_text::pdf(bytes, other, random),
            (Format::Xml, _) => fuzzed_text::xml(bytes, other, random),
            (Format::X509 | Format::Crl, 1..=5) => fuzzed_der::changed_and_signed(own, other, random, &sign),
            (Format::Ocsp, 1..=5) => {
                let [basic, foreign] = [own, other].map(|whole| fuzzed_der::basic_response(whole));
                let basic = basic.unwrap();
                let foreign = foreign.unwrap_or_else(|| basic.clone());
                fuzzed_der::response(&fuzzed_der::changed_and_signed(&basic, &foreign, random, &sign))
            }
            _ => fuzzed_der::changed(bytes, other, random),
        }
    }
}

fn processor_time() -> Duration {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap().into()
}

/// What something costs in time of the processor.
fn cost(work: impl FnOnce()) -> Duration {
    let begun = processor_time();
    work();
    processor_time().saturating_sub(begun)
}

/// A figure of `/proc/self/status` in KiB.
fn status_kib(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Reads changed files in a process of its own, where nothing else takes memory.
fn survives(format: Format) {
    let said = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "fuzzing::in_a_process_of_its_own", "--ignored", "--nocapture"])
        .env(FORMAT, format.name())
        .env("EMC_FUZZED_FILES", &*CORPUS)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
    println!("{}", text.lines().find(|line| line.contains(" inputs, ")).unwrap_or_default());
    let last = CORPUS.join(format!("{}.last", format.name()));
    assert!(
        said.status.success() && text.contains("1 passed"),
        "{text}\nthe input is kept: {}",
        last.display()
    );
}

#[test]
#[ignore = "the inner half of the other tests of this file, which tell it a format"]
fn in_a_process_of_its_own() {
    let (Some(name), Some(folder)) = (std::env::var_os(FORMAT), std::env::var_os("EMC_FUZZED_FILES")) else {
        return;
    };
    let format = Format::ALL.iter().copied().find(|format| *format.name() == *name).unwrap();
    let folder = PathBuf::from(folder);
    let (maker, doors) = (Maker::new(&folder, format), Doors::of(&folder));
    let (alive, watched) = mpsc::channel();
    std::thread::spawn(move || {
        while watched.recv_timeout(HANGS).is_ok() {}
        if watched.try_recv() == Err(mpsc::TryRecvError::Empty) {
            eprintln!("no end after {HANGS:?}");
            std::process::exit(1);
        }
    });
    let long_enough = soak::pick(Duration::from_secs(1), Duration::from_secs(170));
    let resident = status_kib("VmRSS:");
    let (mut random, mut inputs, mut slowest, mut largest) = (Seeded(SEED), 0, Duration::ZERO, 0);
    while processor_time() < long_enough || inputs < 10 {
        let input = maker.input(&mut random);
        fs::write(folder.join(format!("{}.last", format.name())), &input).unwrap();
        // The peak begins anew, without what making the input took.
        let _not_everywhere = fs::write("/proc/self/clear_refs", "5");
        slowest = slowest.max(cost(|| doors.open(format, &input)));
        largest = largest.max(status_kib("VmHWM:").saturating_sub(resident));
        inputs += 1;
        alive.send(()).unwrap();
        assert!(slowest < TIME, "input {inputs} of seed {SEED}: {slowest:?}");
        assert!(largest < MEMORY_KIB, "input {inputs} of seed {SEED}: {largest} KiB");
    }
    println!("{format:?}: {inputs} inputs, slowest {slowest:?}, {largest} KiB");
}

macro_rules! formats {
    ($($test:ident $format:ident)*) => {
        $(#[test] fn $test() { survives(Format::$format); })*
    };
}

formats! {
    damaged_pdf_does_no_harm Pdf
    damaged_cms_does_no_harm Cms
    damaged_certificates_do_no_harm X509
    damaged_responses_do_no_harm Ocsp
    damaged_lists_do_no_harm Crl
    damaged_timestamps_do_no_harm Tsp
    damaged_xml_does_no_harm Xml
}

/// Each was found by the tests above and cost more with the square of what stands there.
#[test]
fn what_once_took_long_does_no_more() {
    let choice = Choice { padding: Padding::Pkcs1, digest: Digest::Sha256 };
    let document = rich("").replacen("?>", &format!("?>{}", "<?pi ?>".repeat(60_000)), 1);
    let signed = xades::sign(&signer("p256", choice), document.as_bytes(), time()).unwrap();
    let spent = cost(|| Doors::default().open(Format::Xml, &signed));
    assert!(spent < TIME, "{spent:?}");
}
