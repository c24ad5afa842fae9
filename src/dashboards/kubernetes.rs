//! The dashboards as objects of Kubernetes, for the sidecar that loads them into Grafana.
//!
//! One `ConfigMap` each: an object may hold 1 MiB, and `kubectl apply` keeps a copy of what it was given in an annotation
//! that may hold 256 KiB.

use crate::dashboards::File;
use crate::dashboards::board::Board;
use crate::dashboards::boards;
use crate::dashboards::json::{dashboard, uid};
use crate::model::text::Language;

/// What the file is called.
pub const NAME: &str = "emc.dashboards.yml";

const HEAD: &str = "\
# Do `emc dashboards export --format kubernetes` viết ra: đừng sửa tay.
# Written by `emc dashboards export --format kubernetes`: do not edit.
#
# Sidecar của Grafana nạp các ConfigMap có nhãn grafana_dashboard=1. Thư mục theo chú thích grafana_folder khi chart có:
# Grafana's sidecar loads what has the label grafana_dashboard=1, into the folder of its annotation where the chart says:
#   sidecar: {dashboards: {enabled: true, folderAnnotation: grafana_folder, provider: {foldersFromFilesStructure: true}}}
";

/// Every dashboard in both languages, in one file.
#[must_use]
pub fn file() -> File {
    let mut text = HEAD.to_owned();
    for language in [Language::Vi, Language::En] {
        for board in boards::all() {
            text += &config_map(&board, language);
        }
    }
    (NAME.to_owned(), text)
}

/// Grafana's folder for a language, as in the provisioning files.
const fn folder(language: Language) -> &'static str {
    match language {
        Language::Vi => "emc (Tiếng Việt)",
        Language::En => "emc (English)",
    }
}

/// The JSON stands on one line: who wants to read it finds it in `grafana/`.
fn config_map(board: &Board, language: Language) -> String {
    let (name, json) = (uid(board.id, language), dashboard(board, language));
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n  labels:\n    app.kubernetes.io/name: emc\n    \
         grafana_dashboard: \"1\"\n  annotations:\n    grafana_folder: '{}'\ndata:\n  {name}.json: |-\n    {json}\n",
        folder(language)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboards::provisioning;

    #[test]
    fn folders_are_called_as_where_grafana_is_provisioned_by_files() {
        let provisioned: String = provisioning::files().into_iter().map(|(_, text)| text).collect();
        for language in [Language::Vi, Language::En] {
            assert!(provisioned.contains(&format!("folder: {}\n", folder(language))));
        }
    }
}
