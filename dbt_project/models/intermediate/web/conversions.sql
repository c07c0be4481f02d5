-- Grain: conversion_id. Every configured source that knows conversions, in the contract's shape.
{{ canonical('conversions') }}
