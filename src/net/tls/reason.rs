//! What an error of rustls stands for.

use rustls::{AlertDescription, CertificateError, Error, PeerIncompatible};

use crate::model::reason::Reason;

/// The reason of a handshake that ended early, or of a connection broken off by an alert.
#[must_use]
pub(crate) fn of_error(error: &Error) -> Reason {
    match error {
        Error::InvalidCertificate(error) => of_certificate(error),
        Error::AlertReceived(alert) => of_alert(*alert),
        Error::PeerIncompatible(
            PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig
            | PeerIncompatible::ServerDoesNotSupportTls12Or13
            | PeerIncompatible::SupportedVersionsExtensionRequired
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled
            | PeerIncompatible::Tls13RequiredForQuic,
        ) => Reason::TlsVersion,
        Error::FailedToGetRandomBytes | Error::FailedToGetCurrentTime => Reason::SelfOverloaded,
        _ => Reason::TlsHandshake,
    }
}

/// The reason of a chain that was not accepted.
#[must_use]
pub(crate) fn of_certificate(error: &CertificateError) -> Reason {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Reason::TlsExpired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Reason::TlsNotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Reason::TlsWrongHost
        }
        CertificateError::Revoked => Reason::TlsRevoked,
        _ => Reason::TlsUntrusted,
    }
}

/// The reason of an alert: what the server says of us.
fn of_alert(alert: AlertDescription) -> Reason {
    match alert {
        AlertDescription::ProtocolVersion | AlertDescription::InappropriateFallback => Reason::TlsVersion,
        AlertDescription::CertificateRequired
        | AlertDescription::NoCertificate
        | AlertDescription::BadCertificate
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateRevoked
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateUnknown
        | AlertDescription::UnknownCA
        | AlertDescription::AccessDenied => Reason::TlsClientCert,
        AlertDescription::CloseNotify => Reason::ConnectionClosed,
        _ => Reason::TlsHandshake,
    }
}
