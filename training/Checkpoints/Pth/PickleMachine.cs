using System.Globalization;
using System.Numerics;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>
/// Python's pickle machine reduced to data: numbers, text, lists, tuples, dictionaries, and the few calls by which PyTorch writes tensors, which are
/// recognised by name and never made. Everything else is refused. No recursion: depth costs nothing.
/// </summary>
/// <param name="input">The pickle.</param>
/// <param name="storage">Makes a storage of a persistent id; null where a file may have none.</param>
internal sealed class PickleMachine(PickleInput input, Func<object?[], PickleStorage>? storage)
{
    private const int HighestProtocol = 5;
    private static readonly object Mark = new();
    private readonly List<object?> stack = [];
    private readonly Dictionary<uint, object?> memo = [];

    /// <exception cref="FormatException">The pickle is broken, or asks for something that is not data.</exception>
    public object? Run()
    {
        for (var opcode = input.Byte(); opcode != '.'; opcode = input.Byte())
        {
            Step(opcode);
        }

        return Pop();
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
                Push(Mark);
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
            case (byte)']':
                Push(new PickleList());
                break;
            case (byte)'l':
                PushList(PopToMark());
                break;
            case (byte)'a':
                var item = Pop();
                (Top() as PickleList ?? throw Broken("APPEND onto something that is no list")).Items.Add(item);
                break;
            case (byte)'e':
                var items = PopToMark();
                (Top() as PickleList ?? throw Broken("APPENDS onto something that is no list")).Items.AddRange(items);
                break;
            case (byte)')':
                Push(new PickleTuple([]));
                break;
            case 0x85 or 0x86 or 0x87:
                PushTuple(opcode - 0x84);
                break;
            case (byte)'t':
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
                var value = Pop();
                var key = Pop();
                SetItems([key, value]);
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
                var module = input.Line();
                Push(Allowed(module, input.Line()));
                break;
            case 0x93:
                var name = Pop();
                Push(Allowed(Pop() as string ?? throw Broken("STACK_GLOBAL without text"), name as string ?? throw Broken("STACK_GLOBAL without text")));
                break;
            case (byte)'R':
                var arguments = Pop() as PickleTuple ?? throw Broken("REDUCE without a tuple of arguments");
                Push(PickleCalls.Recognise(Pop() as PickleGlobal ?? throw Broken("REDUCE of something that has no name"), arguments.Items));
                break;
            case (byte)'b':
                Pop();
                Require(Top() is PickleDictionary, "BUILD of something that is no dictionary: a pickled object, not weights; save its state_dict() instead");
                break;
            case (byte)'Q':
                var id = Pop() as PickleTuple ?? throw Broken("a persistent id that is no tuple");
                Push((storage ?? throw Broken("a storage where none belongs"))(id.Items));
                break;
            default:
                throw Broken($"opcode 0x{opcode:X2} is not one that weights need");
        }
    }

    private static PickleGlobal Allowed(string module, string name)
    {
        var global = new PickleGlobal(module, name);
        return PickleCalls.IsKnown(global) ? global : throw Broken($"it asks for Python's '{global}', which is not data; only weights are read, so save a state_dict()");
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

    private void SetItems(object?[] pairs)
    {
        Require(pairs.Length % 2 == 0, "a key without a value");
        var dictionary = Top() as PickleDictionary ?? throw Broken("an item set on something that is no dictionary");
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

    private void PushTuple(int count)
    {
        var items = new object?[count];
        for (var i = count - 1; i >= 0; i--)
        {
            items[i] = Pop();
        }

        Push(new PickleTuple(items));
    }

    private object? Memo(uint place) => memo.TryGetValue(place, out var value) ? value : throw Broken($"memo {place} is empty");

    private void Push(object? value) => stack.Add(value);

    private object? Top() => stack.Count > 0 && stack[^1] != Mark ? stack[^1] : throw Broken("the stack is empty");

    private object? Pop()
    {
        var top = Top();
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    private object?[] PopToMark()
    {
        var place = stack.LastIndexOf(Mark);
        Require(place >= 0, "there is no mark");
        object?[] items = [.. stack[(place + 1)..]];
        stack.RemoveRange(place, stack.Count - place);
        return items;
    }
}
