//! How often one host may be asked: a budget that all probes of that host share.
