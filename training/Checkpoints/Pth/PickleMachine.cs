using System.Globalization;
using System.Numerics;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>
/// Python's pickle machine reduced to data: numbers, text, lists, tuples, dictionaries, and the few calls by which PyTorch writes tensors,
/// which are recognised by name and never made. Any other object becomes a <see cref="PickleOpaque"/>, which is never built; a name that
/// reaches for code is refused. No recursion: depth costs nothing.
/// </summary>
/// <param name="input">The pickle.</param>
/// <param name="storage">Makes a storage of a persistent id; null where a file may have none.</param>
internal sealed class PickleMachine(PickleInput input, Func<object?[], PickleStorage>? storage)
{
    private const int HighestProtocol = 5;
    private readonly PickleStack stack = new();
    private readonly Dictionary<uint, object?> memo = [];
    private readonly PickleObjects objects = new();

    /// <summary>Names of Python's that have no meaning here and stand in the pickle.</summary>
    public IReadOnlyCollection<string> Foreign => objects.Foreign;

    /// <exception cref="FormatException">The pickle is broken, or asks for something that is not data.</exception>
    public object? Run()
    {
        for (var opcode = input.Byte(); opcode != '.'; opcode = input.Byte())
        {
            Step(opcode);
        }

        objects.End();
        return stack.Pop();
    }

    private void Step(byte opcode)
    {
        switch (opcode)
        {
            case 0x80:
                var protocol = input.Byte();
                Require(protocol <= HighestProtocol, $"pickle protocol {protocol} is not known");
                break;
            case 0x95:
                input.UInt64();   // FRAME only helps readers that prefetch
                break;
            case (byte)'(':
                stack.PushMark();
                break;
            case (byte)'0':
                Pop();
                break;
            case (byte)'1':
                PopToMark();
                break;
            case (byte)'2':
                Push(Top());
                break;
            case (byte)'N':
                Push(null);
                break;
            case 0x88 or 0x89:
                Push(opcode == 0x88);
                break;
            case (byte)'K':
                Push((long)input.Byte());
                break;
            case (byte)'M':
                Push((long)input.UInt16());
                break;
            case (byte)'J':
                Push((long)input.Int32());
                break;
            case (byte)'I' or (byte)'L':
                Push(Number(input.Line()));
                break;
            case 0x8A:
                Push(Number(input.Bytes(input.Byte())));
                break;
            case 0x8B:
                Push(Number(input.Bytes(Length(input.Int32()))));
                break;
            case (byte)'G':
                Push(input.Double());
                break;
            case (byte)'F':
                Push(double.Parse(input.Line(), NumberStyles.Float, CultureInfo.InvariantCulture));
                break;
            case (byte)'S' or (byte)'V':
                Push(Unquoted(input.Line()));
                break;
            case (byte)'U':
                Push(input.Latin1(input.Byte()));
                break;
            case (byte)'T':
                Push(input.Latin1(Length(input.Int32())));
                break;
            case 0x8C:
                Push(input.Text(input.Byte()));
                break;
            case (byte)'X':
                Push(input.Text(input.UInt32()));
                break;
            case 0x8D:
                Push(input.Text(input.UInt64()));
                break;
            case (byte)'C':
                Push(input.Bytes(input.Byte()));
                break;
            case (byte)'B':
                Push(input.Bytes(input.UInt32()));
                break;
            case 0x8E or 0x96:
                Push(input.Bytes(input.UInt64()));
                break;
            case (byte)']' or 0x8F:
                Push(new PickleList());
                break;
            case (byte)'l':
                PushList(PopToMark());
                break;
            case (byte)'a':
                Append([Pop()]);
                break;
            case (byte)'e' or 0x90:
                Append(PopToMark());
                break;
            case (byte)')':
                Push(new PickleTuple([]));
                break;
            case 0x85 or 0x86 or 0x87:
                Push(new PickleTuple(stack.Pop(opcode - 0x84)));
                break;
            case (byte)'t' or 0x91:
                Push(new PickleTuple(PopToMark()));
                break;
            case (byte)'}':
                Push(new PickleDictionary());
                break;
            case (byte)'d':
                var pairs = PopToMark();
                Push(new PickleDictionary());
                SetItems(pairs);
                break;
            case (byte)'s':
                SetItems(stack.Pop(2));
                break;
            case (byte)'u':
                SetItems(PopToMark());
                break;
            case (byte)'h':
                Push(Memo(input.Byte()));
                break;
            case (byte)'j':
                Push(Memo(input.UInt32()));
                break;
            case (byte)'g':
                Push(Memo(uint.Parse(input.Line(), CultureInfo.InvariantCulture)));
                break;
            case (byte)'q':
                memo[input.Byte()] = Top();
                break;
            case (byte)'r':
                memo[input.UInt32()] = Top();
                break;
            case (byte)'p':
                memo[uint.Parse(input.Line(), CultureInfo.InvariantCulture)] = Top();
                break;
            case 0x94:
                memo[(uint)memo.Count] = Top();
                break;
            case (byte)'c':
                Push(objects.Named(input.Line(), input.Line()));
                break;
            case 0x93:
                var names = stack.Pop(2);
                Push(objects.Named(Text(names[0]), Text(names[1])));
                break;
            case (byte)'R' or 0x81:
                var call = stack.Pop(2);
                Push(objects.Call(call[0], call[1]));
                break;
            case 0x92:
                var keywordCall = stack.Pop(3);
                Push(objects.Call(keywordCall[0], keywordCall[1]));
                break;
            case (byte)'o':
                var made = PopToMark();
                Require(made.Length > 0, "OBJ without a class");
                Push(objects.Call(made[0], new PickleTuple(made[1..])));
                break;
            case (byte)'i':
                var type = objects.Named(input.Line(), input.Line());
                Push(objects.Call(type, new PickleTuple(PopToMark())));
                break;
            case (byte)'b':
                Pop();
                Require(Top() is PickleDictionary or PickleOpaque, "BUILD of something that has no state");
                break;
            case (byte)'Q':
                var id = Pop() as PickleTuple ?? throw Broken("a persistent id that is no tuple");
                Push(Persistent(id.Items));
                break;
            default:
                throw Broken($"opcode 0x{opcode:X2} is not one that weights need");
        }
    }

    private static string Text(object? name) => name as string ?? throw Broken("STACK_GLOBAL without text");

    /// <summary>Text of protocol 0. Escapes are left as they stand: no weight's name has one.</summary>
    private static string Unquoted(string line)
    {
        var isQuoted = line.Length >= 2 && line[0] == line[^1] && line[0] is '\'' or '"';
        return isQuoted ? line[1..^1] : line;
    }

    private static object Number(string line) => line switch
    {
        "00" => false,
        "01" => true,
        _ => Whole(BigInteger.Parse(line.TrimEnd('L'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)),
    };

    private static object Number(byte[] littleEndian) => Whole(new BigInteger(littleEndian));

    private static object Whole(BigInteger value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
        {
            var small = (long)value;
            return small;
        }

        return value;
    }

    private static ulong Length(int length) => length >= 0 ? (ulong)length : throw Broken($"a length of {length}");

    private static FormatException Broken(string reason) => new(reason);

    private static void Require(bool condition, string reason)
    {
        if (!condition)
        {
            throw Broken(reason);
        }
    }

    /// <summary>A storage; or, of a whole model in the format before zip, one of its classes with the source beside it.</summary>
    private object Persistent(object?[] id)
    {
        if (storage is null)
        {
            throw Broken("a storage where none belongs");
        }

        return id is ["module", PickleGlobal type, ..] ? type : storage(id);
    }

    private void Append(object?[] items)
    {
        switch (Top())
        {
            case PickleList list:
                list.Items.AddRange(items);
                break;
            case PickleOpaque:
                break;
            default:
                throw Broken("an item appended to something that is no list");
        }
    }

    private void SetItems(object?[] pairs)
    {
        Require(pairs.Length % 2 == 0, "a key without a value");
        var dictionary = Top() switch
        {
            PickleDictionary plain => plain,
            PickleOpaque opaque => opaque.ToSetIn(),
            _ => throw Broken("an item set on something that is no dictionary"),
        };
        for (var i = 0; i < pairs.Length; i += 2)
        {
            dictionary[pairs[i]] = pairs[i + 1];
        }
    }

    private void PushList(object?[] items)
    {
        var list = new PickleList();
        list.Items.AddRange(items);
        Push(list);
    }

    private object? Memo(uint place) => memo.TryGetValue(place, out var value) ? value : throw Broken($"memo {place} is empty");

    private void Push(object? value) => stack.Push(value);

    private object? Top() => stack.Top();

    private object? Pop() => stack.Pop();

    private object?[] PopToMark() => stack.PopToMark();
}
