using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>A glyph in a line of text.</summary>
/// <param name="Font">The font that has it.</param>
/// <param name="Id">Its number in that font.</param>
/// <param name="AdvancePixels">Distance to the next glyph.</param>
internal readonly record struct CaptionGlyph(SKFont Font, ushort Id, float AdvancePixels);
