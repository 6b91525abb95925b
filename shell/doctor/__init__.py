"""What ``vaktrom doctor`` looks at, one row each; free of Qt."""
