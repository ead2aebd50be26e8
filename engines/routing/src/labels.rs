use std::collections::BTreeMap;

/// The labels of one alert, as the engine sees them: whoever owns the alert keeps its own shape.
///
/// A label with an empty value is the same as none.
pub trait LabelSet {
    /// The value of a label; `None` when it is not there.
    fn get(&self, name: &str) -> Option<&str>;

    /// Shows every label once, in the order of the names.
    fn each(&self, see: &mut dyn FnMut(&str, &str));
}

/// The value of a label, empty when it is not there.
pub(crate) fn value<'l>(labels: &'l dyn LabelSet, name: &str) -> &'l str {
    labels.get(name).unwrap_or_default()
}

impl<L: LabelSet + ?Sized> LabelSet for &L {
    fn get(&self, name: &str) -> Option<&str> {
        (**self).get(name)
    }

    fn each(&self, see: &mut dyn FnMut(&str, &str)) {
        (**self).each(see);
    }
}

impl LabelSet for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<&str> {
        BTreeMap::get(self, name).map(String::as_str)
    }

    fn each(&self, see: &mut dyn FnMut(&str, &str)) {
        for (name, value) in self {
            see(name, value);
        }
    }
}

/// Pairs sorted by name, each name once.
impl<N: AsRef<str>, V: AsRef<str>> LabelSet for [(N, V)] {
    fn get(&self, name: &str) -> Option<&str> {
        let place = self.binary_search_by(|(other, _)| other.as_ref().cmp(name)).ok()?;
        Some(self[place].1.as_ref())
    }

    fn each(&self, see: &mut dyn FnMut(&str, &str)) {
        for (name, value) in self {
            see(name.as_ref(), value.as_ref());
        }
    }
}

/// Pairs sorted by name, each name once.
impl<N: AsRef<str>, V: AsRef<str>> LabelSet for Vec<(N, V)> {
    fn get(&self, name: &str) -> Option<&str> {
        self.as_slice().get_label(name)
    }

    fn each(&self, see: &mut dyn FnMut(&str, &str)) {
        LabelSet::each(self.as_slice(), see);
    }
}

/// Pairs sorted by name, each name once.
impl<N: AsRef<str>, V: AsRef<str>, const COUNT: usize> LabelSet for [(N, V); COUNT] {
    fn get(&self, name: &str) -> Option<&str> {
        self.as_slice().get_label(name)
    }

    fn each(&self, see: &mut dyn FnMut(&str, &str)) {
        LabelSet::each(self.as_slice(), see);
    }
}

/// `LabelSet::get` under a name that does not collide with the one of slices.
trait GetLabel {
    fn get_label(&self, name: &str) -> Option<&str>;
}

impl<N: AsRef<str>, V: AsRef<str>> GetLabel for [(N, V)] {
    fn get_label(&self, name: &str) -> Option<&str> {
        LabelSet::get(self, name)
    }
}
