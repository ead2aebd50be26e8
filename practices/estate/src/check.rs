pub(crate) fn whole(
    _: &crate::Desired,
    _: &[&crate::Stored],
    _: &[&crate::Stored],
) -> Result<(), Vec<crate::Mistake>> {
    Ok(())
}
