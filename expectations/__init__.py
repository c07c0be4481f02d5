"""Pure Great Expectations: what must hold before data may be published. Imports neither orchestration nor ingestion."""
