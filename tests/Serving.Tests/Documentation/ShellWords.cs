using System.Text;

namespace Pipeline.Serving.Tests.Documentation;

/// <summary>Splits a command line into words as a shell does, as far as the pages need it: white space, quotes and comments.</summary>
internal static class ShellWords
{
    /// <exception cref="FormatException">A quote is not closed.</exception>
    public static string[] Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isInWord = false;
        char? quote = null;
        foreach (var character in line)
        {
            if (quote is not null)
            {
                if (character == quote)
                {
                    quote = null;
                }
                else
                {
                    word.Append(character);
                }
            }
            else if (character is '"' or '\'')
            {
                quote = character;
                isInWord = true;
            }
            else if (char.IsWhiteSpace(character))
            {
                AddWord();
            }
            else if (character == '#' && !isInWord)
            {
                break;
            }
            else
            {
                word.Append(character);
                isInWord = true;
            }
        }

        if (quote is not null)
        {
            throw new FormatException($"a quote is not closed: {line}");
        }

        AddWord();
        return [.. words];

        void AddWord()
        {
            if (isInWord)
            {
                words.Add(word.ToString());
            }

            word.Clear();
            isInWord = false;
        }
    }
}
