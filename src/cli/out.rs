//! The one way to standard output and standard error. A reader that goes away (`emc probe | head`) is no fault.

use std::io::{self, ErrorKind, Write};

use anstream::AutoStream;

use crate::cli::surroundings::Surroundings;

/// Standard output and standard error, without colours where nobody would see them.
pub struct Out {
    stdout: AutoStream<io::Stdout>,
    stderr: AutoStream<io::Stderr>,
    failed: Option<io::Error>,
}

impl Out {
    /// Opens both.
    #[must_use]
    pub fn new(surroundings: &Surroundings) -> Self {
        Self {
            stdout: AutoStream::new(io::stdout(), surroundings.stdout_colours),
            stderr: AutoStream::new(io::stderr(), surroundings.stderr_colours),
            failed: None,
        }
    }

    /// Writes to standard output as it is; the text ends its own lines.
    pub fn print(&mut self, text: &str) {
        if self.failed.is_none() {
            let written = self.stdout.write_all(text.as_bytes()).and_then(|()| self.stdout.flush());
            self.failed = written.err();
        }
    }

    /// Writes bytes to standard output as they are.
    pub fn print_bytes(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            let mut stdout = io::stdout();
            self.failed = stdout.write_all(bytes).and_then(|()| stdout.flush()).err();
        }
    }

    /// Writes a message to standard error, as a line with the program's name.
    pub fn complain(&mut self, message: &str) {
        self.warn(&format!("emc: {message}\n"));
    }

    /// Writes whole lines to standard error. Where even that fails, there is nobody to tell.
    pub fn warn(&mut self, text: &str) {
        let _ = self.stderr.write_all(text.as_bytes());
        if !text.is_empty() && !text.ends_with('\n') {
            let _ = self.stderr.write_all(b"\n");
        }
    }

    /// Why not everything reached standard output; a reader that went away is no reason.
    #[must_use]
    pub fn lost(&self) -> Option<&io::Error> {
        self.failed.as_ref().filter(|error| error.kind() != ErrorKind::BrokenPipe)
    }
}
