//! What objects of a PDF are made of, with names decoded and strings unescaped.

/// A value (ISO 32000-2 §7.3).
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// `null`, and whatever a reference that leads nowhere stands for.
    Null,
    /// `true` and `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number, as it is written.
    Real(Vec<u8>),
    /// A name, without its slash.
    Name(Vec<u8>),
    /// A string.
    Text(Vec<u8>),
    /// Values in order.
    Array(Vec<Self>),
    /// Values by name.
    Dictionary(Dictionary),
    /// An object by its number.
    Reference(u32),
    /// What could not be read. It equals nothing, not even itself.
    Broken,
}

/// Values by name, in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictionary {
    entries: Vec<(Vec<u8>, Value)>,
    /// Whether a name stands there twice: readers then differ on which of the two counts.
    pub(super) ambiguous: bool,
}

impl Dictionary {
    /// Of entries as they are written. The last of equal names counts.
    pub(super) fn new(mut entries: Vec<(Vec<u8>, Value)>) -> Self {
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let before = entries.len();
        entries.reverse();
        entries.dedup_by(|a, b| a.0 == b.0);
        entries.reverse();
        let ambiguous = entries.len() < before;
        Self { entries, ambiguous }
    }

    /// The value of this name as it stands, a reference unresolved; `null` is as good as absent (§7.3.7).
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.raw(name.as_bytes())
    }

    /// The same, for names that are no text.
    pub(super) fn raw(&self, name: &[u8]) -> Option<&Value> {
        let at = self.entries.binary_search_by(|entry| entry.0.as_slice().cmp(name)).ok()?;
        self.entries.get(at).map(|entry| &entry.1).filter(|value| !matches!(value, Value::Null))
    }

    /// Names and values, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &Value)> {
        self.entries.iter().map(|(name, value)| (name.as_slice(), value))
    }

    /// Values, by name, to be changed.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// Whether the value of this name is that name.
    pub(super) fn names(&self, name: &str, value: &str) -> bool {
        self.get(name).and_then(Value::name).is_some_and(|found| found == value.as_bytes())
    }

    /// The object that is referred to under this name.
    pub(super) fn reference(&self, name: &str) -> Option<u32> {
        self.get(name).and_then(Value::reference)
    }

    /// The whole number of this name.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(Value::integer)
    }
}

impl Value {
    /// A whole number.
    pub(super) const fn integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }

    /// A name.
    pub(super) fn name(&self) -> Option<&[u8]> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }

    /// A string.
    pub(super) fn text(&self) -> Option<&[u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Values in order.
    pub(super) fn array(&self) -> Option<&[Self]> {
        if let Self::Array(values) = self { Some(values) } else { None }
    }

    /// Values by name.
    pub(super) const fn dictionary(&self) -> Option<&Dictionary> {
        if let Self::Dictionary(dictionary) = self { Some(dictionary) } else { None }
    }

    /// A reference's object.
    pub(super) const fn reference(&self) -> Option<u32> {
        if let Self::Reference(number) = self { Some(*number) } else { None }
    }
}
