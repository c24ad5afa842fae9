//! The key `anchors`: roots that signatures are traced to, in named sets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::node::Node;
use crate::config::problem::Problems;
use crate::config::resources::Files;
use crate::model::id::Name;
use crate::model::told::{Told, told};
use crate::pki::anchors::{Anchors, certificates_in};
use crate::probe::settings::Resources;

/// Reads each file of each set.
pub(super) fn anchors(
    root: &Node,
    sets: &BTreeMap<Name, Vec<PathBuf>>,
    files: &Files<'_>,
    problems: &mut Problems,
) -> Anchors {
    let mut anchors = Anchors::default();
    for (name, paths) in sets {
        let set: Arc<str> = name.as_str().into();
        for (index, path) in paths.iter().enumerate() {
            match certificates(path, files) {
                Ok(found) => found.into_iter().for_each(|certificate| anchors.add(&set, certificate)),
                Err(reason) => {
                    let place = ["anchors", name.as_str(), &index.to_string()];
                    let span = root.at(&place).map_or(root.span, |node| node.span);
                    problems.error(span, reason, Told::nothing());
                }
            }
        }
    }
    anchors
}

fn certificates(path: &Path, files: &Files<'_>) -> Result<Vec<Vec<u8>>, Told> {
    let shown = path.display();
    certificates_in(&files.file(path)?).ok_or_else(|| {
        told!(
            "\"{shown}\" không phải là chứng thư dạng PEM hoặc DER",
            "\"{shown}\" is no certificate in PEM or DER"
        )
    })
}
