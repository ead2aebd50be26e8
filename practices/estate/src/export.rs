use crate::Resource;

/// Writes resources as YAML, one document each, in the order given. Reading it back gives the
/// same resources.
///
/// # Panics
/// Never: a resource holds nothing that YAML cannot.
pub fn export<'a>(resources: impl IntoIterator<Item = &'a Resource>) -> String {
    let mut text = String::new();
    for resource in resources {
        if !text.is_empty() {
            text.push_str("---\n");
        }
        let document = serde_saphyr::to_string_with_options(resource, style());
        text.push_str(&document.expect("a resource holds nothing that YAML cannot"));
    }
    text
}

fn style() -> serde_saphyr::SerializerOptions {
    serde_saphyr::ser_options! { compact_list_indent: false, prefer_block_scalars: false }
}
