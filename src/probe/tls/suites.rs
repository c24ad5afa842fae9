//! Cipher suites by what is wrong with them. Data: IANA's numbers and names.

/// A family of suites that are judged alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// No encryption at all.
    Null,
    /// No proof of who the server is: anybody in between can read along.
    Anonymous,
    /// Keys of 40 or 56 bits, weak by law of the 1990s (FREAK, Logjam).
    Export,
    /// RC4: its keystream leaks what it hides (RFC 7465 forbids it).
    Rc4,
    /// DES, 3DES, IDEA and RC2: blocks of 64 bits repeat within hours (Sweet32).
    SmallBlock,
    /// RSA key exchange: whoever gets the key later can read what was recorded before. A remark, not a fault.
    NoForwardSecrecy,
    /// Nothing is wrong with it; offered so that a server has something to choose.
    Sound,
}

impl Class {
    /// The classes that make a server weak, in the order of asking.
    pub(super) const WEAK: [Self; 5] =
        [Self::Null, Self::Anonymous, Self::Export, Self::Rc4, Self::SmallBlock];

    /// The word in JSON and findings.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Anonymous => "anonymous",
            Self::Export => "export",
            Self::Rc4 => "rc4",
            Self::SmallBlock => "64-bit block",
            Self::NoForwardSecrecy => "no forward secrecy",
            Self::Sound => "sound",
        }
    }
}

/// A suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suite {
    /// Its number.
    pub(super) code: u16,
    /// Its name.
    pub(super) name: &'static str,
    /// What is wrong with it.
    pub(super) class: Class,
}

macro_rules! suites {
    ($($class:ident: $($code:literal $name:ident),* $(,)?;)*) => {
        /// Every suite that is ever offered.
        pub(super) const SUITES: &[Suite] =
            &[$($(Suite { code: $code, name: stringify!($name), class: Class::$class },)*)*];
    };
}

suites! {
    Null:
        0x0001 TLS_RSA_WITH_NULL_MD5, 0x0002 TLS_RSA_WITH_NULL_SHA, 0x003b TLS_RSA_WITH_NULL_SHA256,
        0xc001 TLS_ECDH_ECDSA_WITH_NULL_SHA, 0xc006 TLS_ECDHE_ECDSA_WITH_NULL_SHA,
        0xc00b TLS_ECDH_RSA_WITH_NULL_SHA, 0xc010 TLS_ECDHE_RSA_WITH_NULL_SHA;
    Anonymous:
        0x0018 TLS_DH_anon_WITH_RC4_128_MD5, 0x001a TLS_DH_anon_WITH_DES_CBC_SHA,
        0x001b TLS_DH_anon_WITH_3DES_EDE_CBC_SHA, 0x0034 TLS_DH_anon_WITH_AES_128_CBC_SHA,
        0x003a TLS_DH_anon_WITH_AES_256_CBC_SHA, 0x006c TLS_DH_anon_WITH_AES_128_CBC_SHA256,
        0x006d TLS_DH_anon_WITH_AES_256_CBC_SHA256, 0x00a6 TLS_DH_anon_WITH_AES_128_GCM_SHA256,
        0x00a7 TLS_DH_anon_WITH_AES_256_GCM_SHA384, 0xc015 TLS_ECDH_anon_WITH_NULL_SHA,
        0xc016 TLS_ECDH_anon_WITH_RC4_128_SHA, 0xc017 TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA,
        0xc018 TLS_ECDH_anon_WITH_AES_128_CBC_SHA, 0xc019 TLS_ECDH_anon_WITH_AES_256_CBC_SHA;
    Export:
        0x0003 TLS_RSA_EXPORT_WITH_RC4_40_MD5, 0x0006 TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5,
        0x0008 TLS_RSA_EXPORT_WITH_DES40_CBC_SHA, 0x000b TLS_DH_DSS_EXPORT_WITH_DES40_CBC_SHA,
        0x000e TLS_DH_RSA_EXPORT_WITH_DES40_CBC_SHA, 0x0011 TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA,
        0x0014 TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA, 0x0017 TLS_DH_anon_EXPORT_WITH_RC4_40_MD5,
        0x0019 TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA, 0x0062 TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA,
        0x0064 TLS_RSA_EXPORT1024_WITH_RC4_56_SHA;
    Rc4:
        0x0004 TLS_RSA_WITH_RC4_128_MD5, 0x0005 TLS_RSA_WITH_RC4_128_SHA,
        0xc002 TLS_ECDH_ECDSA_WITH_RC4_128_SHA, 0xc007 TLS_ECDHE_ECDSA_WITH_RC4_128_SHA,
        0xc00c TLS_ECDH_RSA_WITH_RC4_128_SHA, 0xc011 TLS_ECDHE_RSA_WITH_RC4_128_SHA;
    SmallBlock:
        0x0007 TLS_RSA_WITH_IDEA_CBC_SHA, 0x0009 TLS_RSA_WITH_DES_CBC_SHA,
        0x000a TLS_RSA_WITH_3DES_EDE_CBC_SHA, 0x0012 TLS_DHE_DSS_WITH_DES_CBC_SHA,
        0x0013 TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA, 0x0015 TLS_DHE_RSA_WITH_DES_CBC_SHA,
        0x0016 TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA, 0xc003 TLS_ECDH_ECDSA_WITH_3DES_EDE_CBC_SHA,
        0xc008 TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA, 0xc00d TLS_ECDH_RSA_WITH_3DES_EDE_CBC_SHA,
        0xc012 TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA;
    NoForwardSecrecy:
        0x009d TLS_RSA_WITH_AES_256_GCM_SHA384, 0x009c TLS_RSA_WITH_AES_128_GCM_SHA256,
        0x003d TLS_RSA_WITH_AES_256_CBC_SHA256, 0x003c TLS_RSA_WITH_AES_128_CBC_SHA256,
        0x0035 TLS_RSA_WITH_AES_256_CBC_SHA, 0x002f TLS_RSA_WITH_AES_128_CBC_SHA,
        0x0084 TLS_RSA_WITH_CAMELLIA_256_CBC_SHA, 0x0041 TLS_RSA_WITH_CAMELLIA_128_CBC_SHA;
    Sound:
        0x1301 TLS_AES_128_GCM_SHA256, 0x1302 TLS_AES_256_GCM_SHA384, 0x1303 TLS_CHACHA20_POLY1305_SHA256,
        0xc02b TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, 0xc02c TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        0xc02f TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, 0xc030 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        0xcca8 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        0xcca9 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        0x009e TLS_DHE_RSA_WITH_AES_128_GCM_SHA256, 0x009f TLS_DHE_RSA_WITH_AES_256_GCM_SHA384,
        0xc023 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, 0xc024 TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
        0xc027 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, 0xc028 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
        0xc009 TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, 0xc00a TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
        0xc013 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, 0xc014 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
        0x0033 TLS_DHE_RSA_WITH_AES_128_CBC_SHA, 0x0039 TLS_DHE_RSA_WITH_AES_256_CBC_SHA,
        0x0032 TLS_DHE_DSS_WITH_AES_128_CBC_SHA, 0x0038 TLS_DHE_DSS_WITH_AES_256_CBC_SHA;
}

/// The suite of that number.
pub(super) fn named(code: u16) -> Option<&'static Suite> {
    SUITES.iter().find(|suite| suite.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_suite_stands_twice() {
        for suite in SUITES {
            assert_eq!(named(suite.code), Some(suite));
        }
    }
}
