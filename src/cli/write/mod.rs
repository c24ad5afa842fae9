//! The writers of results, one per `--output`.
