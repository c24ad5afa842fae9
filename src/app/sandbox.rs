//! `emc sandbox`: opens the practice ministry until it is told to stop, and switches the faults of one that runs.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::app::signals::{Asked, Signals};
use crate::model::text::Language;
use crate::sandbox::client::{Client, ClientError, FaultState};
use crate::sandbox::faults::{Fault, Params, Refusal};
pub use crate::sandbox::portal::Settings;
use crate::sandbox::portal::{self, Running, StartError};

/// Where an open ministry can be reached.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its pages, over HTTP.
    pub http: SocketAddr,
    /// Its pages, over HTTPS.
    pub https: SocketAddr,
    /// Its faults.
    pub admin: SocketAddr,
    /// The test CA, if it was written.
    pub ca_path: Option<PathBuf>,
}

/// Why the ministry did not open.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// It could not be opened.
    #[error("{0}")]
    Start(#[from] StartError),
    /// The system gave us no runtime or no signals.
    #[error("the system refused: {0}")]
    System(#[from] io::Error),
}

/// Why a fault could not be listed or switched.
#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    /// What was asked makes no sense.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// A parameter is not `name=value`, or its value is of another sort.
    #[error(
        "\"{0}\" is not understood; parameters look like \"path=/tim-kiem\", \"delay_ms=5000\", \"kib=64\" or \"address=10.0.0.1\""
    )]
    Param(String),
    /// The ministry could not be asked.
    #[error("{0}")]
    Client(#[from] ClientError),
    /// The system gave us no runtime.
    #[error("the system refused: {0}")]
    System(#[from] io::Error),
}

/// One line of the list of faults.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FaultLine {
    /// Its name.
    pub name: String,
    /// Whether it is on.
    pub on: bool,
    /// What it was told, as it would be typed.
    pub params: Vec<String>,
    /// What it can be told.
    pub takes: Vec<String>,
    /// The reason `emc` should give.
    pub reason: String,
    /// What it does.
    pub description: String,
}

/// Opens the ministry, tells where it is, and keeps it open until SIGINT or SIGTERM.
///
/// # Errors
/// [`SandboxError`].
pub fn sandbox(settings: Settings, opened: impl FnOnce(&Opened)) -> Result<(), SandboxError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        let running = portal::start(settings).await?;
        opened(&Opened::of(&running));
        while signals.next().await != Asked::Stop {}
        running.shutdown().await;
        Ok(())
    })
}

impl Opened {
    /// Where this one is.
    pub(in crate::app) fn of(running: &Running) -> Self {
        Self {
            http: running.http,
            https: running.https,
            admin: running.admin,
            ca_path: running.ca_path.clone(),
        }
    }
}

/// All faults of the ministry that is switched at this address.
///
/// # Errors
/// [`SwitchError::Client`] where nobody answers.
pub fn list(admin: SocketAddr, language: Language) -> Result<Vec<FaultLine>, SwitchError> {
    let all = wait_for(Client::new(admin).list())?;
    Ok(all.into_iter().map(|state| line(state, language)).collect())
}

/// Switches a fault on; parameters as they were typed.
///
/// # Errors
/// [`SwitchError`].
pub fn switch_on(admin: SocketAddr, fault: &str, params: &[String]) -> Result<(), SwitchError> {
    let fault = Fault::parse(fault)?;
    let params = parse_params(params)?;
    fault.admit(&params)?;
    wait_for(Client::new(admin).on(fault, params))
}

/// Switches a fault off.
///
/// # Errors
/// [`SwitchError`].
pub fn switch_off(admin: SocketAddr, fault: &str) -> Result<(), SwitchError> {
    wait_for(Client::new(admin).off(Fault::parse(fault)?))
}

/// Switches all faults off.
///
/// # Errors
/// [`SwitchError`].
pub fn reset(admin: SocketAddr) -> Result<(), SwitchError> {
    wait_for(Client::new(admin).reset())
}

fn wait_for<T>(call: impl Future<Output = Result<T, ClientError>>) -> Result<T, SwitchError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(call)?)
}

fn line(state: FaultState, language: Language) -> FaultLine {
    let description = match language {
        Language::Vi => state.vi,
        Language::En => state.en,
    };
    let FaultState { name, on, params, takes, reason, .. } = state;
    FaultLine { name, on, params: typed(&params), takes, reason, description }
}

fn typed(params: &Params) -> Vec<String> {
    let mut all = Vec::new();
    all.extend(params.path.as_ref().map(|path| format!("path={path}")));
    all.extend(params.delay_ms.map(|delay| format!("delay_ms={delay}")));
    all.extend(params.kib.map(|kib| format!("kib={kib}")));
    all.extend(params.address.map(|address| format!("address={address}")));
    all
}

fn parse_params(given: &[String]) -> Result<Params, SwitchError> {
    let mut params = Params::default();
    for param in given {
        take_param(&mut params, param).ok_or_else(|| SwitchError::Param(param.clone()))?;
    }
    Ok(params)
}

fn take_param(params: &mut Params, param: &str) -> Option<()> {
    let (name, value) = param.split_once('=')?;
    match name {
        "path" => params.path = Some(value.to_owned()),
        "delay_ms" => params.delay_ms = Some(value.parse().ok()?),
        "kib" => params.kib = Some(value.parse().ok()?),
        "address" => params.address = Some(value.parse().ok()?),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_they_are_shown() {
        let given: Vec<String> =
            ["path=/tim-kiem", "delay_ms=250", "kib=64", "address=fd00::1"].map(str::to_owned).to_vec();
        assert_eq!(typed(&parse_params(&given).unwrap()), given);
        for wrong in ["delay_ms", "delay_ms=soon", "colour=red"] {
            assert!(parse_params(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
