//! What the ministry publishes: read once from `ministry.yaml`, then only looked at.

use serde::Deserialize;

const MINISTRY: &str = include_str!("ministry.yaml");

/// Everything on the portal that is data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ministry {
    /// Fields of work, in the order of the home page.
    pub(super) fields: Vec<Field>,
    /// Procedures, in the order of the list.
    pub(super) procedures: Vec<Procedure>,
    /// Dossiers that can be looked up.
    pub(super) dossiers: Vec<Dossier>,
}

/// A field of work (lĩnh vực).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    /// Short name for addresses.
    pub(super) id: String,
    /// Name for readers.
    pub(super) name: String,
}

/// How much of a procedure can be done online.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// Toàn trình.
    Full,
    /// Một phần.
    Partial,
}

impl Level {
    /// The label that portals show.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Full => "Toàn trình",
            Self::Partial => "Một phần",
        }
    }

    /// The style class of the label.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Partial => "partial",
        }
    }
}

/// A procedure (thủ tục hành chính).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Procedure {
    /// Code, unique.
    pub(super) code: String,
    /// Name.
    pub(super) title: String,
    /// Id of its field.
    pub(super) field: String,
    /// How much can be done online.
    pub(super) level: Level,
    /// One sentence for lists.
    pub(super) summary: String,
    /// Who may apply.
    pub(super) audience: String,
    /// Trình tự thực hiện.
    pub(super) steps: Vec<String>,
    /// Thời hạn giải quyết.
    pub(super) term: String,
    /// Phí, lệ phí.
    pub(super) fee: String,
    /// Thành phần hồ sơ.
    pub(super) papers: Vec<Paper>,
    /// Cơ quan thực hiện.
    pub(super) agency: String,
    /// Kết quả thực hiện.
    pub(super) result: String,
    /// Căn cứ: invented and labelled so.
    pub(super) basis: Vec<String>,
}

/// One paper of a dossier.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paper {
    /// What it is.
    pub(super) name: String,
    /// Code of its form, if it has one.
    #[serde(default)]
    pub(super) form: Option<String>,
    /// How many, in which shape.
    pub(super) copies: String,
}

/// A dossier and how far it has come. Names nobody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dossier {
    /// Mã hồ sơ.
    pub(super) code: String,
    /// Code of its procedure.
    pub(super) procedure: String,
    /// When it came in.
    pub(super) received: String,
    /// When the answer is due.
    pub(super) due: String,
    /// Where it stands.
    pub(super) status: String,
    /// What happened, oldest first.
    pub(super) history: Vec<Event>,
}

/// One line in a dossier's history.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    /// When.
    pub(super) at: String,
    /// What.
    pub(super) what: String,
}

impl Ministry {
    /// Reads the built-in contents.
    pub(super) fn load() -> Self {
        serde_saphyr::from_str(MINISTRY).expect("a test reads the built-in ministry.yaml")
    }

    /// The procedure with this code.
    pub(super) fn procedure(&self, code: &str) -> Option<&Procedure> {
        self.procedures.iter().find(|procedure| procedure.code == code)
    }

    /// The name of a field.
    pub(super) fn field_name(&self, id: &str) -> &str {
        self.fields.iter().find(|field| field.id == id).map_or("", |field| &field.name)
    }

    /// The dossier with this code; case and outer spaces do not count.
    pub(super) fn dossier(&self, code: &str) -> Option<&Dossier> {
        self.dossiers.iter().find(|dossier| dossier.code.eq_ignore_ascii_case(code.trim()))
    }

    /// The first paper that has this form, with its procedure.
    pub(super) fn form(&self, code: &str) -> Option<(&Procedure, &Paper)> {
        self.procedures
            .iter()
            .flat_map(|procedure| procedure.papers.iter().map(move |paper| (procedure, paper)))
            .find(|(_, paper)| paper.form.as_deref() == Some(code))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_contents_can_be_read_and_refer_to_what_exists() {
        let ministry = Ministry::load();
        let codes: BTreeSet<_> = ministry.procedures.iter().map(|procedure| &procedure.code).collect();
        assert_eq!(codes.len(), ministry.procedures.len());
        assert!(codes.len() >= 12);
        for procedure in &ministry.procedures {
            assert!(!ministry.field_name(&procedure.field).is_empty(), "{}", procedure.code);
            assert!(!procedure.steps.is_empty() && !procedure.papers.is_empty());
        }
        for dossier in &ministry.dossiers {
            assert!(ministry.procedure(&dossier.procedure).is_some(), "{}", dossier.code);
        }
    }

    #[test]
    fn a_basis_never_passes_for_law() {
        for procedure in Ministry::load().procedures {
            assert!(procedure.basis.iter().all(|basis| basis.contains("minh họa")), "{}", procedure.code);
        }
    }
}
