"""Static files under names that carry a hash of their content, so that browsers may keep them for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """ES modules import each other by name: rewrite those names too."""

    support_js_module_import_aggregation = True
    manifest_strict = False
