//! Writes the reference parts of the manual into `docs/`: `cargo run --example docs`.

use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (path, content) in emc_monitor::cli::reference::pages() {
        let path = docs.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&docs))?;
        fs::write(path, content)?;
    }
    Ok(())
}
