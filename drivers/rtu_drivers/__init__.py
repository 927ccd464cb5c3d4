"""The bundled drivers: one package a vendor, one module a family. They come in by the same door as any other."""
