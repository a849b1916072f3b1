namespace Pipeline.Shared.Tests.Datasets.Voc;

/// <summary>Text of annotation files.</summary>
internal static class VocXmlOf
{
    public static string Objects(params string[] objects) =>
        $"<annotation>\n<filename>a.jpg</filename>\n{string.Concat(objects.Select(entry => entry + "\n"))}</annotation>\n";

    public static string Object(string name, string corners = "11 21 40 60", string marks = "")
    {
        var numbers = corners.Split(' ');
        var box = $"<xmin>{numbers[0]}</xmin><ymin>{numbers[1]}</ymin><xmax>{numbers[2]}</xmax><ymax>{numbers[3]}</ymax>";
        return $"<object><name>{name}</name>{marks}<bndbox>{box}</bndbox></object>";
    }
}
