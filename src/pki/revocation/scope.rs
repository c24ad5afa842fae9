//! Which certificates a revocation list is about: distribution points on both sides (RFC 5280 §4.2.1.13, §5.2.5).

use der::asn1::ObjectIdentifier;

use crate::pki::der::{Reader, SEQUENCE, explicit, implicit};
use crate::pki::path::card::Card;
use crate::pki::path::general::{General, sequence};
use crate::pki::path::name::Name;
use crate::pki::path::oids;

/// All reasons (RFC 5280 §5.2.5), as bits: bit `n` for the `n`th of `ReasonFlags`.
pub(in crate::pki) const ALL_REASONS: u16 = 0x1fe;
/// The bit of `certificateHold`.
pub(in crate::pki) const HOLD: u16 = 1 << 6;
/// The most names of a point, and points of a certificate.
const NAMES_MAX: usize = 64;

/// The name of a distribution point.
#[derive(Clone, Debug)]
enum PointName<'a> {
    Full(Vec<General<'a>>),
    /// Below the issuer of the list: the content of a `RelativeDistinguishedName`.
    Relative(&'a [u8]),
}

/// Certificates that a list confines itself to.
#[derive(Clone, Copy, Debug, Default)]
struct Only {
    users: bool,
    authorities: bool,
    attributes: bool,
}

/// What a list is about.
#[derive(Clone, Debug, Default)]
pub(in crate::pki) struct Scope<'a> {
    point: Option<PointName<'a>>,
    only: Only,
    /// Which reasons; `None` for all.
    reasons: Option<u16>,
    /// Whether it also tells of certificates of other issuers.
    pub(in crate::pki) is_indirect: bool,
}

/// Where a certificate says that it would be listed.
#[derive(Clone, Debug, Default)]
pub(in crate::pki) struct Point<'a> {
    name: Option<PointName<'a>>,
    reasons: Option<u16>,
    /// Who issues the list, if not the certificate's issuer.
    issuers: Option<Vec<General<'a>>>,
}

impl<'a> PointName<'a> {
    /// Reads the content of a `[0] EXPLICIT DistributionPointName`.
    fn read(mut reader: Reader<'a>) -> Option<Self> {
        if let Some(names) = reader.enter(explicit(0)) {
            return Some(Self::Full(General::list(names, NAMES_MAX)?));
        }
        reader.expect(explicit(1)).map(|relative| Self::Relative(relative.content))
    }

    /// The names, whole; `base` is whose list it is.
    fn names(&self, base: &Name) -> Vec<General<'a>> {
        match self {
            Self::Full(names) => names.clone(),
            Self::Relative(part) => base.with(part).map(General::Directory).into_iter().collect(),
        }
    }
}

impl<'a> Scope<'a> {
    /// Reads an `IssuingDistributionPoint`; `None` where any of it cannot be read.
    pub(in crate::pki) fn read(value: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(value).enter(SEQUENCE)?;
        let point = match reader.enter(explicit(0)) {
            Some(name) => Some(PointName::read(name)?),
            None => None,
        };
        let mut flag = |number: u8| reader.expect(implicit(number)).is_some_and(|flag| flag.content != [0]);
        let (users, authorities) = (flag(1), flag(2));
        let reasons = match reader.expect(implicit(3)) {
            Some(bits) => Some(reasons(bits.content)?),
            None => None,
        };
        let mut flag = |number: u8| reader.expect(implicit(number)).is_some_and(|flag| flag.content != [0]);
        let (is_indirect, attributes) = (flag(4), flag(5));
        let scope = Self { point, only: Only { users, authorities, attributes }, reasons, is_indirect };
        reader.is_empty().then_some(scope)
    }

    /// Whether lists of this scope are about the certificate at all.
    fn covers(&self, card: &Card<'_>) -> bool {
        let is_authority = card.authority().is_some();
        let Only { users, authorities, attributes } = self.only;
        !(attributes || users && is_authority || authorities && !is_authority)
    }
}

impl<'a> Point<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(content);
        let name = match reader.enter(explicit(0)) {
            Some(name) => Some(PointName::read(name)?),
            None => None,
        };
        let reasons = match reader.expect(implicit(1)) {
            Some(bits) => Some(reasons(bits.content)?),
            None => None,
        };
        let issuers = match reader.enter(explicit(2)) {
            Some(names) => Some(General::list(names, NAMES_MAX)?),
            None => None,
        };
        (reader.is_empty() && (name.is_some() || issuers.is_some())).then_some(Self {
            name,
            reasons,
            issuers,
        })
    }

    /// The points of a certificate, and behind them the lists of its issuer that no point names (RFC 5280 §6.3.3, last
    /// paragraph). Points that cannot be read are none.
    pub(in crate::pki) fn of(card: &Card<'a>) -> Vec<Self> {
        let mut points = Self::listed_in(card, &oids::CRL_DISTRIBUTION_POINTS);
        let issuer = PointName::Full(vec![General::Directory(card.issuer.clone())]);
        points.push(Self { name: Some(issuer), ..Self::default() });
        points
    }

    /// Where a certificate says that lists of changes lie.
    pub(in crate::pki) fn of_changes(card: &Card<'a>) -> Vec<Self> {
        Self::listed_in(card, &oids::FRESHEST_CRL)
    }

    fn listed_in(card: &Card<'a>, extension: &ObjectIdentifier) -> Vec<Self> {
        let value = card.extension(extension);
        let points = value.and_then(sequence).into_iter().flatten().take(NAMES_MAX);
        points.filter_map(|point| Self::read(point.content)).collect()
    }

    /// Names of those who issue the list.
    pub(in crate::pki) fn list_issuers(&self, card: &Card<'_>) -> Vec<Name> {
        let Some(issuers) = &self.issuers else { return vec![card.issuer.clone()] };
        let names = issuers.iter().filter_map(|name| match name {
            General::Directory(name) => Some(name.clone()),
            _ => None,
        });
        names.collect()
    }

    /// Addresses on the web at which the list lies.
    pub(in crate::pki) fn addresses(&self) -> Vec<&'a str> {
        let Some(PointName::Full(names)) = &self.name else { return Vec::new() };
        names
            .iter()
            .filter_map(|name| match name {
                General::Uri(address) => Some(*address),
                _ => None,
            })
            .collect()
    }

    /// For which reasons a list of this issuer and scope speaks for the certificate under this point (§6.3.3 (b) to
    /// (d)); none where it is about others.
    pub(in crate::pki) fn reasons_by(
        &self,
        card: &Card<'_>,
        list_issuer: &Name,
        scope: Option<&Scope<'_>>,
    ) -> u16 {
        let own = self.reasons.unwrap_or(ALL_REASONS);
        let Some(scope) = scope else {
            // A list without a scope is about its issuer's certificates only.
            return if self.issuers.is_none() { own } else { 0 };
        };
        let is_meant = scope.is_indirect || self.issuers.is_none();
        if !is_meant || !scope.covers(card) || !self.is_named_by(card, list_issuer, scope) {
            return 0;
        }
        own & scope.reasons.unwrap_or(ALL_REASONS)
    }

    /// Whether the point that the list names, if it names one, is this one.
    fn is_named_by(&self, card: &Card<'_>, list_issuer: &Name, scope: &Scope<'_>) -> bool {
        let Some(named) = &scope.point else { return true };
        let named = named.names(list_issuer);
        match (&self.name, &self.issuers) {
            (Some(own), _) => {
                let base = self.list_issuers(card).into_iter().next().unwrap_or_default();
                own.names(&base).iter().any(|name| named.contains(name))
            }
            (None, Some(issuers)) => issuers.iter().any(|name| named.contains(name)),
            (None, None) => false,
        }
    }
}

/// `ReasonFlags`
fn reasons(content: &[u8]) -> Option<u16> {
    let (_unused, octets) = content.split_first()?;
    let bit = |place: usize| octets.get(place / 8).is_some_and(|octet| octet & (0x80 >> (place % 8)) != 0);
    Some((1..=8).filter(|place| bit(*place)).fold(0, |mask, place| mask | 1 << place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pki::der::BOOLEAN;

    #[test]
    fn flags_are_read_by_their_place() {
        assert_eq!(reasons(&[5, 0b0110_0000]), Some(0b110));
        assert_eq!(reasons(&[7, 0, 0x80]), Some(1 << 8));
        assert_eq!(reasons(&[]), None);
        let written = [SEQUENCE, 6, implicit(1), 1, 0xff, implicit(4), 1, 0xff];
        let scope = Scope::read(&written).unwrap();
        assert!(scope.only.users && scope.is_indirect && !scope.only.authorities);
        assert!(Scope::read(&[SEQUENCE, 3, BOOLEAN, 1, 0xff]).is_none());
    }
}
