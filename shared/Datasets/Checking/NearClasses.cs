using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Checking;

/// <summary>Names of classes that are probably one class, spelled in two ways.</summary>
internal static class NearClasses
{
    private const int MostCompared = 2000;
    private const int ShortLetters = 4;
    private const int Few = 2;
    private const int Rare = 20;

    private static readonly char[] Separators = [' ', '_', '-', '\t', '\u00A0', '\u3000'];

    /// <summary>
    /// A warning for each pair of names that differ only by case, white space or one letter. Numbered names (<c>lane1</c>, <c>lane2</c>)
    /// are different classes. So are short words of one letter's difference (<c>car</c>, <c>cat</c>), unless one of them is rare.
    /// </summary>
    public static IEnumerable<Finding> Find(string root, IReadOnlyList<ClassCount> classes)
    {
        ClassCount[] compared = [.. classes.Take(MostCompared)];
        for (var i = 0; i < compared.Length; i++)
        {
            for (var j = i + 1; j < compared.Length; j++)
            {
                if (AreNear(compared[i], compared[j]))
                {
                    yield return Of(root, compared[i], compared[j]);
                }
            }
        }
    }

    private static Finding Of(string root, ClassCount one, ClassCount other)
    {
        var message = $"the classes '{one.Name}' ({Count(one)} objects) and '{other.Name}' ({Count(other)} objects) differ only by case, "
            + "white space or one letter; if they are one, rename it in the labels or with --label-map.";
        return new Finding(root, message) { Summary = "pairs of class names differ only by case, white space or one letter" };
    }

    private static int Count(ClassCount entry) => entry.Objects + entry.Ignored;

    private static bool AreNear(ClassCount one, ClassCount other)
    {
        var a = Words(one.Name);
        var b = Words(other.Name);
        if (string.Concat(a) == string.Concat(b))
        {
            return true;
        }

        if (a.Length != b.Length)
        {
            return false;
        }

        (string One, string Other)[] different = [.. a.Zip(b).Where(pair => pair.First != pair.Second)];
        if (different.Length != 1 || !NearName.IsNear(different[0].One, different[0].Other))
        {
            return false;
        }

        var (word, otherWord) = different[0];
        if (WithoutDigits(word) == WithoutDigits(otherWord))
        {
            return false;
        }

        return Math.Min(word.Length, otherWord.Length) > ShortLetters || IsRare(Count(one), Count(other));
    }

    private static string[] Words(string name) => name.ToLowerInvariant().Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    private static string WithoutDigits(string word) => string.Concat(word.Where(letter => !char.IsDigit(letter)));

    private static bool IsRare(int one, int other)
    {
        var less = Math.Min(one, other);
        return less > 0 && (less <= Few || less * Rare < Math.Max(one, other));
    }
}
