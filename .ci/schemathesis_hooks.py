"""What Schemathesis has to be told beside its settings."""

import schemathesis
import yaml


# It reads one document of YAML alone, and without a word tests nothing more after another.
@schemathesis.deserializer(
    "text/yaml", "text/x-yaml", "application/x-yaml", "text/vnd.yaml", "application/yaml"
)
def documents(_context, response):
    return list(yaml.safe_load_all(response.content))
