//! Which algorithms may be relied on, and when: a table of data (`algorithms.tsv`) and one question to it.
//!
//! An anchor's own signature is nobody's concern: whoever asks leaves it out.

mod limit;

use chrono::{DateTime, Utc};

use crate::model::told::{Told, told};
use crate::pki::claim::{AlgorithmUse, Use};
use crate::pki::policy::limit::End;
use crate::pki::verdict::{Flaw, SignatureReason};

pub use limit::{Limit, Subject, limits};

/// What the table says of a signature's algorithms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What may not be relied on, weightiest first, each once.
    pub flaws: Vec<Flaw>,
    /// What is not as the rule asks and makes nothing invalid, each once.
    pub notes: Vec<Told>,
}

impl Judgement {
    fn flaw(&mut self, reason: SignatureReason, told: Told) {
        let flaw = Flaw::new(reason, told);
        if !self.flaws.contains(&flaw) {
            self.flaws.push(flaw);
        }
    }

    fn note(&mut self, told: Told) {
        if !self.notes.contains(&told) {
            self.notes.push(told);
        }
    }
}

/// Judges what a signature rests on. `proven` is by when it provably existed, `claimed` when its signer says that it was
/// made.
#[must_use]
pub fn judge(uses: &[AlgorithmUse], proven: DateTime<Utc>, claimed: Option<DateTime<Utc>>) -> Judgement {
    let mut judgement = Judgement::default();
    let when = When { proven, claimed };
    for used in uses {
        let subject = match used.r#use {
            Use::Digest => Subject::Digest,
            Use::Signature => Subject::Signature,
        };
        when.apply(&mut judgement, subject, &used.name, 0);
        if let Some((name, bits)) = &used.key {
            when.apply(&mut judgement, Subject::Key, name, *bits);
        }
    }
    judgement.flaws.sort_by_key(|flaw| flaw.reason);
    judgement
}

/// The two times of a signature.
struct When {
    proven: DateTime<Utc>,
    claimed: Option<DateTime<Utc>>,
}

impl When {
    fn apply(&self, judgement: &mut Judgement, subject: Subject, name: &str, bits: u32) {
        let shown = match subject {
            Subject::Key => told!("khóa {name} {bits} bit", "{name} key of {bits} bits"),
            Subject::Digest | Subject::Signature => name.into(),
        };
        let Some(limit) = Limit::of(subject, name, bits) else {
            let told = Told {
                vi: format!("không biết {}", shown.vi),
                en: format!("{} is not known here", shown.en),
            };
            return judgement.flaw(SignatureReason::UnsupportedAlgorithm, told);
        };
        if limit.nonconforming {
            judgement.note(nonconforming(&shown));
        }
        if limit.holds(self.proven) {
            return;
        }
        if self.claimed.is_some_and(|claimed| limit.holds(claimed)) {
            judgement.flaw(SignatureReason::WeakWithoutProofOfTime, unproven(&shown, limit));
        } else {
            judgement.flaw(SignatureReason::WeakAlgorithm, weak(&shown, limit));
        }
    }
}

fn nonconforming(Told { vi, en }: &Told) -> Told {
    Told {
        vi: format!("{vi}: chưa đúng yêu cầu của {RULE}"),
        en: format!("{en} is not what {RULE} asks for"),
    }
}

/// What a rule rests on, as people read it: a citation keeps its name, only the words around it are translated.
#[must_use]
pub fn in_words(basis: &str) -> Told {
    let en =
        basis.replace("nội bộ", "our own rule").replace("Điều", "Article").replace("Phụ lục", "Appendix");
    Told { vi: basis.to_owned(), en }
}

fn unproven(Told { vi, en }: &Told, limit: &Limit) -> Told {
    let Told { vi: basis_vi, en: basis_en } = in_words(limit.basis);
    Told {
        vi: format!("{vi} nay không còn đạt và không có gì chứng minh chữ ký có trước đó ({basis_vi})"),
        en: format!("{en} is no longer accepted and nothing proves that the signature is older ({basis_en})"),
    }
}

fn weak(Told { vi, en }: &Told, limit: &Limit) -> Told {
    let Told { vi: basis_vi, en: basis_en } = in_words(limit.basis);
    match limit.end {
        End::On(day) => Told {
            vi: format!("{vi} không được chấp nhận kể từ ngày {} ({basis_vi})", day.format("%d/%m/%Y")),
            en: format!("{en} is not accepted from {day} on ({basis_en})"),
        },
        End::Never | End::Open => Told {
            vi: format!("{vi} không được chấp nhận ({basis_vi})"),
            en: format!("{en} is not accepted ({basis_en})"),
        },
    }
}

/// What asks for RSASSA-PSS.
const RULE: &str = "TT 15/2025/TT-BKHCN";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::strength::{CURVE_BITS_MIN, RSA_BITS_MIN};

    fn signature(name: &str, key: &str, bits: u32) -> AlgorithmUse {
        AlgorithmUse { r#use: Use::Signature, name: name.to_owned(), key: Some((key.to_owned(), bits)) }
    }

    fn year(year: i32) -> DateTime<Utc> {
        chrono::NaiveDate::from_ymd_opt(year, 7, 1).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc()
    }

    fn reasons(used: AlgorithmUse, proven: i32, claimed: Option<i32>) -> Vec<&'static str> {
        let judgement = judge(&[used], year(proven), claimed.map(year));
        judgement.flaws.iter().map(|flaw| flaw.reason.as_str()).collect()
    }

    #[test]
    fn what_is_strong_passes_and_old_padding_is_only_noted() {
        let good = [
            signature("sha256WithRSAEncryption", "RSA", 2048),
            signature("RSASSA-PSS with SHA-512", "RSA", 4096),
            signature("ecdsa-with-SHA256", "EC P-256", 256),
            signature("Ed25519", "Ed25519", 256),
        ];
        let judgement = judge(&good, year(2026), None);
        assert_eq!(judgement.flaws, []);
        let notes: Vec<&str> = judgement.notes.iter().map(|note| note.en.as_str()).collect();
        assert_eq!(notes, ["sha256WithRSAEncryption is not what TT 15/2025/TT-BKHCN asks for"]);
    }

    #[test]
    fn what_is_weak_needs_a_proof_of_its_time() {
        let sha1 = || signature("sha1WithRSAEncryption", "RSA", 2048);
        assert_eq!(reasons(sha1(), 2026, Some(2020)), ["weak_algorithm"]);
        assert_eq!(reasons(sha1(), 2026, None), ["weak_algorithm"]);
        assert_eq!(reasons(sha1(), 2026, Some(2012)), ["weak_without_proof_of_time"]);
        assert_eq!(reasons(sha1(), 2013, Some(2012)), [""; 0]);
        assert_eq!(reasons(signature("md2WithRSAEncryption", "RSA", 2048), 1999, None), ["weak_algorithm"]);
    }

    #[test]
    fn keys_are_judged_by_family_and_size() {
        let rsa = |bits| signature("sha256WithRSAEncryption", "RSA", bits);
        assert_eq!(reasons(rsa(2047), 2026, None), ["weak_algorithm"]);
        assert_eq!(reasons(rsa(1024), 2013, None), [""; 0]);
        assert_eq!(reasons(rsa(512), 2000, None), ["weak_algorithm"]);
        assert_eq!(reasons(rsa(0), 2026, None), ["unsupported_algorithm"]);
        assert_eq!(reasons(signature("ecdsa-with-SHA256", "EC P-192", 192), 2026, None), ["weak_algorithm"]);
        assert_eq!(reasons(signature("1.2.3", "9.9", 4), 2026, None), ["unsupported_algorithm"; 2]);
    }

    #[test]
    fn the_table_is_whole_and_agrees_with_what_servers_are_held_to() {
        assert!(limits().iter().all(|limit| ["TT 15/2025/TT-BKHCN", "nội bộ"].contains(&limit.basis)));
        for (index, limit) in limits().iter().enumerate() {
            let same = |other: &Limit| {
                (other.subject, other.name, other.bits) == (limit.subject, limit.name, limit.bits)
            };
            assert!(!limits()[..index].iter().any(same), "{limit:?} stands twice");
        }
        for (family, least) in [("RSA", RSA_BITS_MIN), ("EC", CURVE_BITS_MIN)] {
            let open = |limit: &&Limit| limit.name == family && limit.end == End::Open;
            assert_eq!(limits().iter().find(open).map(|limit| limit.bits), Some(least));
        }
    }

    #[test]
    fn english_readers_get_no_vietnamese_around_a_citation() {
        let told = in_words("nội bộ; TT 15/2025/TT-BKHCN, Điều 6, Phụ lục II");
        assert_eq!(told.en, "our own rule; TT 15/2025/TT-BKHCN, Article 6, Appendix II");
        assert!(limits().iter().all(|limit| in_words(limit.basis).en.is_ascii()));
    }
}
