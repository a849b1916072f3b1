namespace Pipeline.Shared.Reports.Pages;

/// <summary>A picture of a page.</summary>
/// <param name="Caption">Shown below it.</param>
/// <param name="Alternative">What is seen, for readers who do not see it.</param>
/// <param name="MediaType"><c>image/jpeg</c> or <c>image/png</c>.</param>
/// <param name="Content">The encoded picture; empty: there is none, and <see cref="Caption"/> says why.</param>
/// <param name="WidthPixels">Its width.</param>
/// <param name="HeightPixels">Its height.</param>
public sealed record PagePicture(
    string Caption, string Alternative, string MediaType, ReadOnlyMemory<byte> Content, int WidthPixels, int HeightPixels);
