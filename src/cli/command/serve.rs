//! `emc serve`: begins to watch, says where, and ends with what came of it.

use tokio::runtime::{Builder, Runtime};

use crate::app::check::styling;
use crate::app::serve::{ServeError, ServeOptions, listen_address, start, web_address};
use crate::app::signals::Signals;
use crate::cli::args::{Common, ServeArguments};
use crate::cli::exit::{self, Exit};
use crate::cli::out::Out;
use crate::cli::surroundings::{Surroundings, world};
use crate::model::text::Text;
use crate::model::told::Told;

const SIGNALS: Text =
    Text { vi: "không nhận được tín hiệu của hệ thống", en: "signals cannot be listened to" };
const RUNTIME: Text = Text { vi: "không khởi động được bộ chạy tác vụ", en: "no runtime" };
const WATCHING: Text =
    Text { vi: "việc giám sát kết thúc trước lúc", en: "watching ended before its time" };

/// Runs the command until it is told to stop.
pub(super) fn run(
    arguments: &ServeArguments,
    common: &Common,
    surroundings: &Surroundings,
    out: &mut Out,
) -> Exit {
    let options = match options(arguments, common) {
        Ok(options) => options,
        Err(wrong) => {
            out.complain(wrong.in_language(surroundings.language));
            return exit::UNKNOWN;
        }
    };
    match runtime().and_then(|runtime| runtime.block_on(watch(options))) {
        Ok(()) => exit::UP,
        Err(ServeError::Config(diagnostics)) => {
            out.warn(&diagnostics.render(styling(surroundings.colours_errors()), surroundings.language));
            exit::UNKNOWN
        }
        Err(error) => {
            out.complain(error.told().in_language(surroundings.language));
            exit::UNKNOWN
        }
    }
}

async fn watch(options: ServeOptions) -> Result<(), ServeError> {
    let signals = Signals::listen().map_err(|source| ServeError::System { what: SIGNALS, source })?;
    // In a task of its own: what waits here runs on another thread than the probes, and would be woken for each result.
    let watching = tokio::spawn(async {
        start(options, world()).await?.until_stopped(signals).await;
        Ok(())
    });
    watching.await.map_err(|broken| ServeError::System { what: WATCHING, source: broken.into() })?
}

/// One thread: all that computes for long is done beside it, and a second one would only be woken in vain.
pub(super) fn runtime() -> Result<Runtime, ServeError> {
    let built = Builder::new_multi_thread().worker_threads(1).enable_all().build();
    built.map_err(|source| ServeError::System { what: RUNTIME, source })
}

fn options(arguments: &ServeArguments, common: &Common) -> Result<ServeOptions, Told> {
    Ok(ServeOptions {
        config: common.config_file.clone(),
        listen: arguments.listen.iter().map(|text| listen_address(text)).collect::<Result<_, _>>()?,
        status_only: arguments
            .status_only
            .iter()
            .map(|text| listen_address(text))
            .collect::<Result<_, _>>()?,
        web_config: arguments.web_config.clone(),
        external_url: arguments.external_url.as_deref().map(web_address).transpose()?,
        watch: arguments.watch,
    })
}
