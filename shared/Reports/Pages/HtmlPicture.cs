namespace Pipeline.Shared.Reports.Pages;

/// <summary>A picture as HTML, its bytes within the page.</summary>
internal static class HtmlPicture
{
    public static string Of(PagePicture picture)
    {
        var caption = $"<figcaption>{HtmlText.Name(picture.Caption)}</figcaption>";
        if (picture.Content.IsEmpty)
        {
            return $"<figure class=\"picture\">{caption}</figure>\n";
        }

        var source = $"data:{HtmlText.Encode(picture.MediaType)};base64,{Convert.ToBase64String(picture.Content.Span)}";
        return $"<figure class=\"picture\"><img alt=\"{HtmlText.Encode(picture.Alternative)}\" width=\"{picture.WidthPixels}\" "
            + $"height=\"{picture.HeightPixels}\" src=\"{source}\">{caption}</figure>\n";
    }
}
