//! Packs the relocations of the programs (`DT_RELR`, glibc 2.36 and later): a plain table of them is read in whole at each
//! start and stays in memory, 1.4 MB for nothing.

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells build scripts of the target by the environment alone"
)]
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|given| given == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}
