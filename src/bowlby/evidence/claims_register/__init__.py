"""The register of causal claims: each with the contrast that tests it, where the result comes from, and a verdict."""
